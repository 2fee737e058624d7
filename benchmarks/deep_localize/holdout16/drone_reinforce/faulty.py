"""Policy gradient (REINFORCE) for a drone that has to hover over a beacon; many drones fly in parallel."""

import os

import torch
import torch.nn as nn
from torch.distributions import Categorical

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

N_ENVS, HORIZON, GAMMA = 64, 20, 0.9
MOVES = torch.tensor([[0.0, 0.0], [0.2, 0.0], [-0.2, 0.0], [0.0, 0.2], [0.0, -0.2]])


class HoverEnv:
    def __init__(self, n):
        self.n = n

    def reset(self):
        self.offset = torch.rand(self.n, 2) * 3 - 1.5
        return self.offset.clone()

    def step(self, action):
        self.offset = (self.offset + MOVES[action] + 0.02 * torch.randn(self.n, 2)).clamp(-2, 2)
        return self.offset.clone(), -self.offset.norm(dim=1)


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh())
        self.logits = nn.Linear(32, len(MOVES))

    def forward(self, obs):
        return Categorical(logits=self.logits(self.body(obs)))


def discounted(rewards):
    returns, running = [], torch.zeros(N_ENVS)
    for reward in reversed(rewards):
        running = reward + GAMMA * running
        returns.insert(0, running)
    return torch.stack(returns)


env = HoverEnv(N_ENVS)
policy = Policy()
optimizer = torch.optim.Adam(policy.parameters(), lr=5e-3)

for iteration in range(120):
    obs, log_probs, rewards = env.reset(), [], []
    for _ in range(HORIZON):
        dist = policy(obs)
        action = dist.sample()
        obs, reward = env.step(action)
        log_probs.append(dist.log_prob(action))
        rewards.append(reward)
    returns = discounted(rewards)
    advantage = (returns - returns.mean(1, keepdim=True)) / (returns.std(1, keepdim=True) + 1e-8)
    loss = (torch.stack(log_probs) * advantage).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if iteration % 20 == 0:
        print(f"iteration {iteration} mean reward {torch.stack(rewards).mean():.3f}")

policy.eval()
obs, total = env.reset(), 0.0
with torch.no_grad():
    for _ in range(HORIZON):
        obs, reward = env.step(policy(obs).sample())
        total += reward.mean().item() / HORIZON
print(f"METRIC mean_reward {total:.4f}")
