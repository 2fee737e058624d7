"""Advantage actor-critic on a line world; rewards, and with them the value loss, grow as the agent gets better."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

ENVS, HORIZON, GAMMA = 32, 20, 0.95


class LineWorld:
    """Walk on [-1, 1] to a goal shown to the agent; +1 for each step spent near it."""

    def __init__(self, count):
        self.position = torch.rand(count) * 2 - 1
        self.goal = torch.rand(count) * 1.6 - 0.8

    def observe(self):
        return torch.stack([self.position, self.goal], dim=1)

    def step(self, action):
        move = (action.float() - 1) * 0.15
        self.position = (self.position + move + 0.02 * torch.randn_like(move)).clamp(-1, 1)
        return self.observe(), ((self.position - self.goal).abs() < 0.12).float()


actor = nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 3))
critic = nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 1))
actor_optimizer = torch.optim.Adam(actor.parameters(), lr=5e-3)
critic_optimizer = torch.optim.Adam(critic.parameters(), lr=1e-2)

for update in range(250):
    env = LineWorld(ENVS)
    observation = env.observe()
    log_probs, entropies, rewards, observations = [], [], [], []
    for _ in range(HORIZON):
        policy = Categorical(logits=actor(observation))
        action = policy.sample()
        observations.append(observation)
        log_probs.append(policy.log_prob(action))
        entropies.append(policy.entropy())
        observation, reward = env.step(action)
        rewards.append(reward)

    with torch.no_grad():
        running = critic(observation).squeeze(1)
        returns = []
        for reward in reversed(rewards):
            running = reward + GAMMA * running
            returns.insert(0, running)
    returns = torch.stack(returns)
    values = critic(torch.stack(observations)).squeeze(2)
    advantage = returns - values.detach()
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-6)

    actor_loss = -(torch.stack(log_probs) * advantage).mean() - 0.01 * torch.stack(entropies).mean()
    actor_optimizer.zero_grad()
    actor_loss.backward()
    actor_optimizer.step()

    critic_loss = F.mse_loss(values, returns)
    critic_optimizer.zero_grad()
    critic_loss.backward()
    nn.utils.clip_grad_norm_(critic.parameters(), 5.0)
    critic_optimizer.step()

    score = torch.stack(rewards).sum(0).mean().item()
    if update % 50 == 49:
        print(f"update {update + 1} reward {score:.2f} critic {critic_loss.item():.3f} actor {actor_loss.item():.3f}")

with torch.no_grad():
    env = LineWorld(300)
    total = torch.zeros(300)
    for _ in range(HORIZON):
        _, reward = env.step(actor(env.observe()).argmax(1))
        total += reward
print(f"METRIC reward {total.mean().item():.3f}")
