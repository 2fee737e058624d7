"""Advantage actor-critic on a corridor: the shared body learns from both heads, the reward comes only at the end."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

seed = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(seed)
torch.manual_seed(seed)
torch.set_num_threads(1)

ENVS, LENGTH, GAMMA, HORIZON = 16, 9, 0.97, 8


class Corridors:
    """Positions 0 to LENGTH - 1; the right end pays 1, the left end pays 0.2; both end the episode."""

    def __init__(self):
        self.pos = np.full(ENVS, LENGTH // 2)

    def observe(self):
        return torch.tensor(np.eye(LENGTH, dtype=np.float32)[self.pos])

    def step(self, action):
        slip = rng.random(ENVS) < 0.1
        self.pos = np.clip(self.pos + np.where((action == 1) ^ slip, 1, -1), 0, LENGTH - 1)
        done = (self.pos == 0) | (self.pos == LENGTH - 1)
        reward = np.where(self.pos == LENGTH - 1, 1.0, np.where(self.pos == 0, 0.2, 0.0))
        self.pos[done] = LENGTH // 2
        return reward.astype(np.float32), done.astype(np.float32)


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(LENGTH, 32), nn.Tanh())
        self.actor = nn.Linear(32, 2)
        self.critic = nn.Linear(32, 1)
        nn.init.orthogonal_(self.actor.weight, 0.01)

    def forward(self, s):
        h = self.body(s)
        return self.actor(h), self.critic(h).squeeze(-1)


env, net = Corridors(), ActorCritic()
optimizer = torch.optim.RMSprop(net.parameters(), lr=4e-3, alpha=0.99, eps=1e-5)
ends = []

for update in range(320):
    log_probs, values, rewards, masks, entropies = [], [], [], [], []
    for _ in range(HORIZON):
        logits, value = net(env.observe())
        dist = torch.distributions.Categorical(logits=logits)
        action = dist.sample()
        reward, done = env.step(action.numpy())
        log_probs.append(dist.log_prob(action))
        entropies.append(dist.entropy())
        values.append(value)
        rewards.append(torch.from_numpy(reward))
        masks.append(1 - torch.from_numpy(done))
        ends.extend(reward[done > 0].tolist())
    with torch.no_grad():
        carry = net(env.observe())[1]
    returns = []
    for r, m in zip(reversed(rewards), reversed(masks)):
        carry = r + GAMMA * m * carry
        returns.insert(0, carry)
    returns, values = torch.stack(returns), torch.stack(values)
    advantages = (returns - values).detach()
    policy_loss = -(torch.stack(log_probs) * advantages).mean()
    value_loss = F.mse_loss(values, returns)
    loss = policy_loss + 0.5 * value_loss - 0.01 * torch.stack(entropies).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 0.5)
    optimizer.step()
    if update % 80 == 0:
        print(f"{update}: policy {policy_loss.item():.4f} value {value_loss.item():.4f}")

print("METRIC end_reward", float(np.mean(ends[-200:])))
