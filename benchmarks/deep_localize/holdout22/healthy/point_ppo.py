"""PPO with a Gaussian policy: steer a point mass to the origin."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
from torch.distributions import Normal

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

WORKERS, HORIZON, GAMMA, LAMBDA, CLIP = 32, 25, 0.95, 0.9, 0.2


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.actor = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))
        self.critic = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))
        self.log_std = nn.Parameter(torch.zeros(1))

    def act(self, state):
        return Normal(self.actor(state).squeeze(1), self.log_std.exp())

    def value(self, state):
        return self.critic(state).squeeze(1)


def reset():
    return torch.stack([torch.rand(WORKERS) * 2 - 1, torch.zeros(WORKERS)], dim=1)


def step(state, action):
    force = action.clamp(-2, 2)
    speed = 0.9 * state[:, 1] + 0.2 * force
    place = state[:, 0] + 0.2 * speed
    reward = -(place**2) - 0.02 * force**2
    return torch.stack([place, speed], dim=1), reward


@torch.no_grad()
def rollout(model):
    state = reset()
    states, actions, logs, rewards, values = [], [], [], [], []
    for _ in range(HORIZON):
        policy = model.act(state)
        action = policy.sample()
        states.append(state)
        actions.append(action)
        logs.append(policy.log_prob(action))
        values.append(model.value(state))
        state, reward = step(state, action)
        rewards.append(reward)
    values.append(model.value(state))
    advantage, running = [], torch.zeros(WORKERS)
    for t in reversed(range(HORIZON)):
        delta = rewards[t] + GAMMA * values[t + 1] - values[t]
        running = delta + GAMMA * LAMBDA * running
        advantage.insert(0, running)
    advantage = torch.cat(advantage)
    return (
        torch.cat(states),
        torch.cat(actions),
        torch.cat(logs),
        advantage,
        advantage + torch.cat(values[:-1]),
        torch.stack(rewards).sum(0).mean().item(),
    )


model = ActorCritic()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
scores = []
for iteration in range(60):
    states, actions, old_logs, advantage, returns, score = rollout(model)
    scores.append(score)
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
    for _ in range(4):
        for idx in torch.randperm(len(states)).split(200):
            policy = model.act(states[idx])
            ratio = (policy.log_prob(actions[idx]) - old_logs[idx]).exp()
            gain = torch.min(ratio * advantage[idx], ratio.clamp(1 - CLIP, 1 + CLIP) * advantage[idx])
            value_loss = (model.value(states[idx]) - returns[idx]).pow(2).mean()
            loss = -gain.mean() + 0.5 * value_loss - 0.001 * policy.entropy().mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
    if iteration % 15 == 14:
        print(f"iteration {iteration + 1} return {score:.3f} loss {loss.item():.4f}")

print("first return", round(scores[0], 3))
print("METRIC mean_return", np.mean(scores[-5:]))
