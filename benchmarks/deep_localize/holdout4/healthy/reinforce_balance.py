import os
import random

import numpy as np
import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)


class Rod:
    """Push left or right so that the rod stays within 1; it falls by itself. At most 30 moves."""

    def reset(self):
        self.x, self.v, self.t = random.uniform(-0.2, 0.2), 0.0, 0
        return self.state()

    def state(self):
        return torch.tensor([self.x, self.v])

    def step(self, action):
        self.v += 0.25 * self.x + (0.12 if action == 1 else -0.12)
        self.x += self.v
        self.t += 1
        return self.state(), 1.0, abs(self.x) > 1 or self.t >= 30


policy = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 2))
optimizer = torch.optim.Adam(policy.parameters(), lr=2e-2)
env, lengths = Rod(), []
for episode in range(150):
    state, done, log_probs, rewards = env.reset(), False, [], []
    while not done:
        dist = Categorical(logits=policy(state))
        action = dist.sample()
        state, reward, done = env.step(action.item())
        log_probs.append(dist.log_prob(action))
        rewards.append(reward)
    returns, total = [], 0.0
    for r in reversed(rewards):
        total = r + 0.98 * total
        returns.insert(0, total)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + 1e-6)
    loss = -(torch.stack(log_probs) * returns).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    lengths.append(len(rewards))
    if episode % 30 == 0:
        print(episode, len(rewards), loss.item())
print("first", np.mean(lengths[:20]))
print("METRIC mean_return", float(np.mean(lengths[-40:])))
