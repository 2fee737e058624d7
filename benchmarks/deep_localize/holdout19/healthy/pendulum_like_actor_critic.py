"""Advantage actor-critic with a Gaussian policy that steers a point mass to the origin."""

import os
import random

import numpy as np
import torch
from torch import nn
from torch.distributions import Normal

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

N_ENVS, T, GAMMA, LAM = 32, 16, 0.95, 0.9


class PointMass:
    def __init__(self, n):
        self.state = torch.empty(n, 2).uniform_(-1, 1)
        self.age = torch.randint(0, 40, (n,))

    def step(self, force):
        x, v = self.state[:, 0], self.state[:, 1]
        v = (v + 0.2 * force.clamp(-1, 1)).clamp(-2, 2)
        x = x + 0.2 * v
        reward = -(x**2 + 0.1 * v**2 + 0.02 * force**2).clamp(max=4.0)
        self.state = torch.stack([x, v], dim=1)
        self.age += 1
        over = self.age >= 40
        reached = self.state.clone()
        self.state[over] = torch.empty(int(over.sum()), 2).uniform_(-1, 1)
        self.age[over] = 0
        return reached, reward, over


actor = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))
critic = nn.Sequential(nn.Linear(2, 48), nn.Tanh(), nn.Linear(48, 1))
log_std = nn.Parameter(torch.zeros(1) - 0.3)
actor_opt = torch.optim.Adam([*actor.parameters(), log_std], lr=5e-3)
critic_opt = torch.optim.Adam(critic.parameters(), lr=1e-2)


def policy(state):
    return Normal(actor(state).squeeze(-1), log_std.exp().clamp(min=0.1))


def evaluate(n=200):
    env = PointMass(n)
    env.age[:] = 0
    total = 0.0
    with torch.no_grad():
        for _ in range(39):
            _, reward, _ = env.step(actor(env.state).squeeze(-1))
            total += reward.mean().item()
    return total


before = evaluate()
env = PointMass(N_ENVS)
for update in range(220):
    states, actions, rewards, overs, nexts = [], [], [], [], []
    for _ in range(T):
        state = env.state.clone()
        with torch.no_grad():
            action = policy(state).sample()
        reached, reward, over = env.step(action)
        states.append(state), actions.append(action), rewards.append(reward)
        nexts.append(reached), overs.append(over.float())
    states, actions, nexts = torch.stack(states), torch.stack(actions), torch.stack(nexts)

    with torch.no_grad():
        values, next_values = critic(states).squeeze(-1), critic(nexts).squeeze(-1)
        advantages, running = torch.zeros(T, N_ENVS), torch.zeros(N_ENVS)
        for t in reversed(range(T)):
            delta = rewards[t] + GAMMA * next_values[t] - values[t]
            running = delta + GAMMA * LAM * (1 - overs[t]) * running
            advantages[t] = running
        targets = advantages + values
        advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)

    critic_loss = (critic(states).squeeze(-1) - targets).pow(2).mean()
    critic_opt.zero_grad()
    critic_loss.backward()
    critic_opt.step()

    dist = policy(states)
    actor_loss = -(dist.log_prob(actions) * advantages).mean() - 1e-3 * dist.entropy().mean()
    actor_opt.zero_grad()
    actor_loss.backward()
    nn.utils.clip_grad_norm_([*actor.parameters(), log_std], 0.5)
    actor_opt.step()
    if update % 50 == 0:
        print(f"{update}: actor {actor_loss.item():.3f} critic {critic_loss.item():.3f} return {evaluate(50):.2f}")

print(f"before {before:.2f}")
print("METRIC mean_return", evaluate())
