# RealNVP on a two-dimensional banana
import math
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))


def banana(n):
    a = torch.randn(n)
    b = 0.4 * torch.randn(n) + 0.7 * a**2 - 0.7
    return torch.stack([1.5 * a, b], 1)


class Coupling(nn.Module):
    def __init__(self, flip, hidden=32):
        super().__init__()
        self.flip = flip
        self.net = nn.Sequential(
            nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, 2)
        )

    def forward(self, x):
        a, b = x[:, :1], x[:, 1:]
        if self.flip:
            a, b = b, a
        s, t = self.net(a).chunk(2, 1)
        s = 2 * torch.tanh(s)
        b = b * torch.exp(s) + t
        return torch.cat([b, a] if self.flip else [a, b], 1), s.sum(1)


class RealNVP(nn.Module):
    def __init__(self, depth=4):
        super().__init__()
        self.layers = nn.ModuleList([Coupling(flip=i % 2 == 1) for i in range(depth)])

    def forward(self, x):
        log_det = torch.zeros(len(x))
        for layer in self.layers:
            x, d = layer(x)
            log_det = log_det + d
        return x, log_det


def log_prob(z):
    return -0.5 * (z**2).sum(1) - math.log(2 * math.pi)


flow = RealNVP()
optimizer = torch.optim.Adam(flow.parameters(), lr=3e-3)
for it in range(380):
    z, log_det = flow(banana(128))
    loss = -(log_prob(z) - log_det).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if it % 95 == 0:
        print(f"[{it}] loss {loss.item():.3f}")

with torch.no_grad():
    z, log_det = flow(banana(2000))
    print("METRIC log_likelihood", (log_prob(z) + log_det).mean().item())
