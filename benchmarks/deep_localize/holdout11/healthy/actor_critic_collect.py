"""Advantage actor-critic for a walker that collects as many coins as it can; returns grow as it gets better."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
ENVS, HORIZON, GAMMA = 16, 20, 0.95
MOVES = torch.tensor([[0.25, 0.0], [-0.25, 0.0], [0.0, 0.25], [0.0, -0.25]])


class Coins:
    """Batch of walkers in [-1, 1]^2; touching the coin pays 1 and puts the coin elsewhere."""

    def __init__(self, n):
        self.n = n
        self.pos = torch.rand(n, 2) * 2 - 1
        self.coin = torch.rand(n, 2) * 2 - 1

    def state(self):
        return torch.cat([self.pos, self.coin, self.coin - self.pos], 1)

    def step(self, action):
        self.pos = (self.pos + MOVES[action]).clamp(-1, 1)
        got = (self.pos - self.coin).norm(dim=1) < 0.3
        self.coin = torch.where(got[:, None], torch.rand(self.n, 2) * 2 - 1, self.coin)
        return got.float()


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.actor = nn.Sequential(nn.Linear(6, 64), nn.Tanh(), nn.Linear(64, 4))
        self.critic = nn.Sequential(nn.Linear(6, 64), nn.Tanh(), nn.Linear(64, 1))

    def forward(self, state):
        return Categorical(logits=self.actor(state)), self.critic(state).squeeze(-1)


env = Coins(ENVS)
model = ActorCritic()
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
recent = []
for update in range(250):
    log_probs, values, rewards, entropies = [], [], [], []
    for _ in range(HORIZON):
        policy, value = model(env.state())
        action = policy.sample()
        rewards.append(env.step(action))
        log_probs.append(policy.log_prob(action))
        values.append(value)
        entropies.append(policy.entropy())
    with torch.no_grad():
        ret = model(env.state())[1]
    returns = []
    for r in reversed(rewards):
        ret = r + GAMMA * ret
        returns.insert(0, ret)
    returns, values = torch.stack(returns), torch.stack(values)
    advantage = (returns - values).detach()
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-6)
    actor_loss = -(torch.stack(log_probs) * advantage).mean()
    critic_loss = F.mse_loss(values, returns)
    loss = actor_loss + 0.5 * critic_loss - 0.01 * torch.stack(entropies).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    optimizer.step()
    recent.append(torch.stack(rewards).sum(0).mean().item())
    if update % 50 == 49:
        print(
            f"update {update + 1}: coins per {HORIZON} steps {sum(recent[-20:]) / 20:.2f}, critic loss {critic_loss.item():.3f}"
        )
print("METRIC coins", round(sum(recent[-20:]) / 20, 3))
