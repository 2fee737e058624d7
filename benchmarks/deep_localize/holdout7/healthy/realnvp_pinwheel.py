"""A flow of affine coupling layers; the loss is a negative log-likelihood and may fall below 0."""

import math
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def pinwheel(n, arms=3):
    radius = 0.25 + 0.08 * torch.randn(n).abs() * 3
    angle = 2 * math.pi * torch.randint(0, arms, (n,)) / arms + 2.5 * radius + 0.05 * torch.randn(n)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1)


class Coupling(nn.Module):
    def __init__(self, swap, hidden=32):
        super().__init__()
        self.swap = swap
        self.net = nn.Sequential(
            nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, 2)
        )
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x):
        a, b = x.chunk(2, 1)
        if self.swap:
            a, b = b, a
        s, t = self.net(a).chunk(2, 1)
        s = 2 * torch.tanh(s)
        b = b * s.exp() + t
        return torch.cat([b, a] if self.swap else [a, b], 1), s.squeeze(1)


class Flow(nn.Module):
    def __init__(self, depth=6):
        super().__init__()
        self.couplings = nn.ModuleList(Coupling(i % 2 == 1) for i in range(depth))
        self.log_scale = nn.Parameter(torch.ones(2))

    def log_prob(self, x):
        x = x * self.log_scale.exp()
        log_det = self.log_scale.sum().expand(len(x))
        for coupling in self.couplings:
            x, s = coupling(x)
            log_det = log_det + s
        return -0.5 * x.square().sum(1) - math.log(2 * math.pi) + log_det


flow = Flow()
optimizer = torch.optim.Adam(flow.parameters(), lr=4e-3)
for step in range(450):
    loss = -flow.log_prob(pinwheel(200)).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(flow.parameters(), 5.0)
    optimizer.step()
    if step % 90 == 0:
        print(f"step {step} nll {loss.item():.3f}")
with torch.no_grad():
    print("METRIC nll", -flow.log_prob(pinwheel(3000)).mean().item())
