"""REINFORCE with a learned baseline and an entropy bonus on a contextual routing task."""

import os

import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CONTEXT, ROUTES = 8, 5
gain = torch.randn(CONTEXT, ROUTES)


def reward_of(context, action):
    """Profit in the range of tens, with noise."""
    value = (context @ gain).gather(1, action[:, None]).squeeze(1)
    return 10.0 * value + 3.0 * torch.randn(len(action))


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(CONTEXT, 64), nn.Tanh())
        self.actor = nn.Linear(64, ROUTES)
        self.critic = nn.Linear(64, 1)

    def forward(self, context):
        h = self.body(context)
        return Categorical(logits=self.actor(h)), self.critic(h).squeeze(1)


agent = ActorCritic()
optimizer = torch.optim.Adam(agent.parameters(), lr=5e-3)
mean, var = 0.0, 100.0
for step in range(500):
    context = torch.randn(64, CONTEXT)
    policy, baseline = agent(context)
    action = policy.sample()
    reward = reward_of(context, action)
    mean = 0.98 * mean + 0.02 * reward.mean().item()
    var = 0.98 * var + 0.02 * reward.var().item()
    scaled = (reward - mean) / var**0.5
    advantage = (scaled - baseline).detach()
    policy_loss = -(policy.log_prob(action) * advantage).mean()
    value_loss = (baseline - scaled).pow(2).mean()
    loss = policy_loss + 0.5 * value_loss - 0.01 * policy.entropy().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print(
            f"step {step} reward {reward.mean().item():.2f} policy {policy_loss.item():.3f} value {value_loss.item():.3f}"
        )

with torch.no_grad():
    context = torch.randn(2000, CONTEXT)
    values = context @ gain
    chosen = agent(context)[0].probs.argmax(1)
    share = (values.gather(1, chosen[:, None]).mean() / values.max(1).values.mean()).item()
print("METRIC share_of_best", round(share, 4))
