"""Advantage actor-critic on many copies of a small balancing task; two optimizers of different rates."""

import os

import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

ENVS, HORIZON, GAMMA, UPDATES, CAP = 64, 16, 0.97, 130, 100


class Stick:
    """Linear inverted pendulum: push left or right, falls beyond 1."""

    def __init__(self):
        self.state = 0.1 * torch.randn(ENVS, 2)
        self.age = torch.zeros(ENVS)

    def step(self, action):
        angle, speed = self.state.unbind(1)
        push = action.float() * 2 - 1
        speed = speed + 0.1 * (2 * angle + 1.5 * push) + 0.02 * torch.randn(ENVS)
        angle = angle + 0.1 * speed
        self.age += 1
        fell = angle.abs() > 1
        done = fell | (self.age >= CAP)
        ages = self.age[done].clone()
        self.state = torch.stack([angle, speed], dim=1)
        self.state[done] = 0.1 * torch.randn(int(done.sum()), 2)
        self.age[done] = 0
        return 1.0 - fell.float(), done.float(), ages


actor = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 2))
critic = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))
nn.init.orthogonal_(actor[2].weight, gain=0.01)  # almost uniform at first
actor_optim = torch.optim.Adam(actor.parameters(), lr=3e-3)
critic_optim = torch.optim.Adam(critic.parameters(), lr=1e-2)
env = Stick()
finished = []

for update in range(1, UPDATES + 1):
    states, logps, entropies, rewards, dones = [], [], [], [], []
    for _ in range(HORIZON):
        state = env.state
        policy = Categorical(logits=actor(state))
        action = policy.sample()
        reward, done, ages = env.step(action)
        finished += ages.tolist()
        states.append(state)
        logps.append(policy.log_prob(action))
        entropies.append(policy.entropy())
        rewards.append(reward)
        dones.append(done)
    with torch.no_grad():
        future = critic(env.state).squeeze(1)
        returns = []
        for reward, done in zip(reversed(rewards), reversed(dones)):
            future = reward * 0.1 + GAMMA * future * (1 - done)
            returns.insert(0, future)
    returns = torch.stack(returns)
    values = critic(torch.stack(states)).squeeze(-1)
    advantage = (returns - values).detach()
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)

    actor_loss = -(torch.stack(logps) * advantage).mean() - 0.01 * torch.stack(entropies).mean()
    actor_optim.zero_grad()
    actor_loss.backward()
    actor_optim.step()

    critic_loss = (values - returns).square().mean()
    critic_optim.zero_grad()
    critic_loss.backward()
    critic_optim.step()
    if update % 20 == 0:
        recent = finished[-200:]
        print(
            f"update {update} actor {actor_loss.item():.4f} critic {critic_loss.item():.4f} length {sum(recent) / len(recent):.1f}"
        )

recent = finished[-200:]
print("METRIC episode_length", sum(recent) / len(recent))
