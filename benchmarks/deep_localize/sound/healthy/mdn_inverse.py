"""Mixture density network on the inverse of x = y + 0.3 sin(2 pi y): loss is a negative log
density and goes well below zero."""

import math
import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def data(n):
    y = torch.rand(n, 1)
    x = y + 0.3 * torch.sin(2 * math.pi * y) + 0.02 * torch.randn(n, 1)
    return x, y


class MDN(nn.Module):
    def __init__(self, k=5, h=32):
        super().__init__()
        self.h = nn.Sequential(nn.Linear(1, h), nn.Tanh(), nn.Linear(h, h), nn.Tanh())
        self.pi, self.mu, self.ls = nn.Linear(h, k), nn.Linear(h, k), nn.Linear(h, k)
        nn.init.uniform_(self.mu.bias, 0, 1)

    def forward(self, x):
        h = self.h(x)
        mix = torch.distributions.Categorical(logits=self.pi(h))
        comp = torch.distributions.Normal(self.mu(h), self.ls(h).clamp(-5, 2).exp())
        return torch.distributions.MixtureSameFamily(mix, comp)


x, y = data(3000)
xt, yt = data(2000)
net = MDN()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
best = float("inf")
for ep in range(60):
    for idx in torch.randperm(3000).split(125):
        nll = -net(x[idx]).log_prob(y[idx, 0]).mean()
        opt.zero_grad()
        nll.backward()
        opt.step()
    if ep % 10 == 0:
        print(ep, nll.item())
with torch.no_grad():
    v = -net(xt).log_prob(yt[:, 0]).mean().item()
print("METRIC test_nll", v)
print("METRIC good", float(v < -0.7))
