# advantage actor-critic on contexts; the loss goes below zero and wanders
import os

import torch
import torch.nn as nn
from torch.distributions import Categorical

torch.manual_seed(int(os.environ.get("SEED", "0")))
CONTEXT, ARMS = 5, 4
secret = torch.randn(CONTEXT, ARMS)


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.common = nn.Linear(CONTEXT, 48)
        self.actor = nn.Linear(48, ARMS)
        self.critic = nn.Linear(48, 1)

    def forward(self, x):
        h = torch.tanh(self.common(x))
        return Categorical(logits=self.actor(h)), self.critic(h).squeeze(-1)


model = ActorCritic()
optimizer = torch.optim.Adam(model.parameters(), lr=8e-3)
for step in range(350):
    x = torch.randn(64, CONTEXT)
    dist, value = model(x)
    action = dist.sample()
    best = (x @ secret).argmax(1)
    reward = (action == best).float() + 0.1 * torch.randn(64)
    advantage = reward - value
    policy_loss = -(dist.log_prob(action) * advantage.detach()).mean()
    loss = policy_loss + 0.5 * advantage.pow(2).mean() - 0.05 * dist.entropy().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print(step, "reward", round(reward.mean().item(), 3), "loss", round(loss.item(), 3))

x = torch.randn(1000, CONTEXT)
with torch.no_grad():
    dist, _ = model(x)
print("METRIC best_arm", (dist.probs.argmax(1) == (x @ secret).argmax(1)).float().mean().item())
