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
env, lengths, baseline = Rod(), [], 0.0
for update in range(70):
    losses = []
    for _ in range(4):
        state, done, log_probs = env.reset(), False, []
        while not done:
            dist = Categorical(logits=policy(state))
            action = dist.sample()
            state, reward, done = env.step(action.item())
            log_probs.append(dist.log_prob(action))
        lengths.append(len(log_probs))
        to_go = torch.arange(len(log_probs), 0, -1).float()
        losses.append(-(torch.stack(log_probs) * (to_go - baseline)).mean())
        baseline = 0.95 * baseline + 0.05 * to_go.mean().item()
    loss = torch.stack(losses).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if update % 10 == 0:
        print(update, np.mean(lengths[-20:]), loss.item())
print("first", np.mean(lengths[:20]))
print("METRIC mean_return", float(np.mean(lengths[-40:])))
