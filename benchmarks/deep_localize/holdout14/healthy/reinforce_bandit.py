"""Policy gradient for an offer chooser: one action per context, reward 1 if the customer accepts."""

import os

import torch
from torch import nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CONTEXT, OFFERS = 6, 5
TASTE = torch.randn(CONTEXT, OFFERS)


def rewards(context, action):
    best = (context @ TASTE).argmax(1)
    accept = torch.where(action == best, 0.95, 0.1)
    return torch.bernoulli(accept)


policy = nn.Sequential(nn.Linear(CONTEXT, 32), nn.Tanh(), nn.Linear(32, OFFERS))
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
baseline = 0.0

for step in range(700):
    context = torch.randn(64, CONTEXT)
    dist = Categorical(logits=policy(context))
    action = dist.sample()
    reward = rewards(context, action)
    advantage = reward - baseline
    baseline = 0.95 * baseline + 0.05 * reward.mean().item()

    loss = -(dist.log_prob(action) * advantage).mean() - 0.01 * dist.entropy().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 99:
        print(f"step {step + 1} loss {loss.item():+.4f} running reward {baseline:.3f}")

with torch.no_grad():
    context = torch.randn(4000, CONTEXT)
    score = rewards(context, policy(context).argmax(1)).mean().item()
print(f"METRIC mean_reward {score:.4f}")
