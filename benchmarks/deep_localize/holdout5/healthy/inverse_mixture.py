"""Mixture density network on the inverse problem; its loss ends below zero."""

import os

import torch
import torch.nn as nn
from torch.distributions import Categorical, MixtureSameFamily, Normal

torch.manual_seed(int(os.environ.get("SEED", "0")))


def inverse_data(n):
    y = torch.rand(n, 1)
    x = y + 0.3 * torch.sin(2 * torch.pi * y) + 0.02 * torch.randn(n, 1)
    return x, y


class MDN(nn.Module):
    def __init__(self, k=5, hidden=40):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())
        self.pi = nn.Linear(hidden, k)
        self.mu = nn.Linear(hidden, k)
        self.log_sigma = nn.Linear(hidden, k)

    def forward(self, x):
        h = self.body(x)
        parts = Normal(self.mu(h), self.log_sigma(h).clamp(-3, 2).exp())
        return MixtureSameFamily(Categorical(logits=self.pi(h)), parts)


x, y = inverse_data(2000)
x_test, y_test = inverse_data(500)
model = MDN()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 600)
for step in range(600):
    idx = torch.randint(0, 2000, (128,))
    loss = -model(x[idx]).log_prob(y[idx].squeeze(1)).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    scheduler.step()
    if step % 100 == 0:
        print(step, loss.item())

with torch.no_grad():
    print("METRIC log_likelihood", model(x_test).log_prob(y_test.squeeze(1)).mean().item())
