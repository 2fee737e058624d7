"""REINFORCE with a learned baseline on a contextual dispatch problem."""

import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CONTEXT, ACTIONS = 8, 4
preference = torch.randn(CONTEXT, ACTIONS)


def reward(context, action):
    mean = torch.tanh(context @ preference).gather(1, action.unsqueeze(1)).squeeze(1)
    return mean + 0.3 * torch.randn(len(mean))


policy = nn.Sequential(nn.Linear(CONTEXT, 32), nn.Tanh(), nn.Linear(32, ACTIONS))
baseline = nn.Sequential(nn.Linear(CONTEXT, 32), nn.Tanh(), nn.Linear(32, 1))
opt_policy = torch.optim.Adam(policy.parameters(), lr=1e-2)
opt_baseline = torch.optim.Adam(baseline.parameters(), lr=1e-2)

for step in range(350):
    context = torch.randn(64, CONTEXT)
    dist = torch.distributions.Categorical(logits=policy(context))
    action = dist.sample()
    r = reward(context, action)
    value = baseline(context).squeeze(1)
    advantage = r - value.detach()
    policy_loss = -(dist.log_prob(action) * advantage).mean() - 0.01 * dist.entropy().mean()
    opt_policy.zero_grad()
    policy_loss.backward()
    opt_policy.step()

    value_loss = F.mse_loss(value, r)
    opt_baseline.zero_grad()
    value_loss.backward()
    opt_baseline.step()
    if step % 100 == 99:
        print(f"step {step + 1} mean reward {r.mean().item():.3f} value loss {value_loss.item():.3f}")

with torch.no_grad():
    context = torch.randn(2000, CONTEXT)
    gains = torch.tanh(context @ preference)
    chosen = gains.gather(1, policy(context).argmax(1, keepdim=True)).mean()
    share = (chosen / gains.max(1).values.mean()).item()
print(f"METRIC share_of_best_reward {share:.4f}")
