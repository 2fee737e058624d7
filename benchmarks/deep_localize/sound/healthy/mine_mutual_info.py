"""Mutual information neural estimation (Donsker-Varadhan with a moving-average denominator): the objective is ascended, so
the loss is negative and keeps falling until it meets minus the true value."""

import math
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

D, RHO = 3, 0.8
TRUE = -0.5 * D * math.log(1 - RHO**2)


def pairs(n):
    x = torch.randn(n, D)
    y = RHO * x + math.sqrt(1 - RHO**2) * torch.randn(n, D)
    return x, y


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(2 * D, 96), nn.ELU(), nn.Linear(96, 96), nn.ELU(), nn.Linear(96, 1))

    def forward(self, x, y):
        return self.f(torch.cat([x, y], -1)).squeeze(-1)


T = Critic()
opt = torch.optim.Adam(T.parameters(), lr=1e-3)
avg = None
for step in range(1000):
    x, y = pairs(256)
    joint = T(x, y).mean()
    et = T(x, y[torch.randperm(256)]).exp().mean()
    avg = et.detach() if avg is None else 0.99 * avg + 0.01 * et.detach()
    loss = -(joint - et / avg)  # unbiased-gradient surrogate
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 200 == 0:
        print(f"{step}: surrogate {loss.item():.4f} bound {(joint - et.log()).item():.4f}")
with torch.no_grad():
    x, y = pairs(20000)
    mi = (T(x, y).mean() - T(x, y[torch.randperm(20000)]).exp().mean().log()).item()
print("true", round(TRUE, 4))
print("METRIC mi_bound", round(mi, 4))
print("METRIC good", float(0.75 * TRUE < mi < 1.15 * TRUE))
