"""A mixture density network for a relation with several answers; its loss goes below zero."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def draw(n):
    x = torch.rand(n, 1) * 2 - 1
    branch = torch.randint(0, 2, (n, 1)) * 2.0 - 1
    y = branch * (0.4 + 0.3 * x) + 0.02 * torch.randn(n, 1)
    return x, y


class MDN(nn.Module):
    def __init__(self, components=4):
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh())
        self.pi = nn.Linear(32, components)
        self.mu = nn.Linear(32, components)
        self.log_sigma = nn.Linear(32, components)

    def forward(self, x):
        h = self.hidden(x)
        return torch.distributions.MixtureSameFamily(
            torch.distributions.Categorical(logits=self.pi(h)),
            torch.distributions.Normal(self.mu(h), self.log_sigma(h).clamp(-5, 2).exp()),
        )


model = MDN()
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
for step in range(900):
    x, y = draw(128)
    loss = -model(x).log_prob(y.squeeze(1)).mean()
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    if step % 150 == 149:
        print(f"step {step + 1} nll {loss.item():.3f}")

x, y = draw(2000)
with torch.no_grad():
    print("METRIC log_likelihood", model(x).log_prob(y.squeeze(1)).mean().item())
