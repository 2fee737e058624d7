"""REINFORCE with a moving baseline and an entropy bonus on a one-dimensional docking task."""

import os

import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

STEPS, EPISODES = 15, 32


def rollout(policy, n):
    """A batch of probes that drift and may thrust left, not at all or right; reward for being near the dock."""
    position, speed = 2 * torch.rand(n) - 1, 0.2 * torch.randn(n)
    log_probs, entropies, rewards = [], [], []
    for _ in range(STEPS):
        dist = Categorical(logits=policy(torch.stack([position, speed], 1)))
        action = dist.sample()
        speed = 0.9 * speed + 0.15 * (action - 1).float() + 0.02 * torch.randn(n)
        position = position + speed
        log_probs.append(dist.log_prob(action))
        entropies.append(dist.entropy())
        rewards.append(1 - position.abs().clamp(max=2))
    return torch.stack(log_probs), torch.stack(entropies), torch.stack(rewards)


policy = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 3))
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
baseline = torch.zeros(STEPS)
for update in range(150):
    log_probs, entropies, rewards = rollout(policy, EPISODES)
    returns = rewards.flip(0).cumsum(0).flip(0)
    if update == 0:
        baseline = returns.mean(1)
    advantage = (returns - baseline[:, None]) / (returns.std() + 1e-6)
    loss = -(log_probs * advantage).mean() - 0.01 * entropies.mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    baseline = 0.9 * baseline + 0.1 * returns.mean(1)
    if update % 30 == 0:
        print(f"update {update} loss {loss.item():+.4f} return {rewards.sum(0).mean().item():.2f}")

with torch.no_grad():
    _, _, rewards = rollout(policy, 200)
print(f"METRIC mean_reward {rewards.mean().item():.4f}")
