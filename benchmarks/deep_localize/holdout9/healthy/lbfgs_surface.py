"""Fits a small surface with L-BFGS and a closure, all points at once, in double precision."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def surface(p):
    return torch.sin(2 * p[:, :1]) * torch.cos(p[:, 1:]) + 0.3 * p[:, :1] * p[:, 1:]


points = 4 * torch.rand(400, 2) - 2
heights = surface(points) + 0.01 * torch.randn(400, 1)
model = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1))
optimizer = torch.optim.LBFGS(model.parameters(), lr=1.0, max_iter=20, history_size=30, line_search_fn="strong_wolfe")
calls = 0


def closure():
    global calls
    calls += 1
    optimizer.zero_grad()
    loss = (model(points) - heights).pow(2).mean() + 1e-7 * sum(p.pow(2).sum() for p in model.parameters())
    loss.backward()
    return loss


for outer in range(30):
    loss = optimizer.step(closure)
    if outer % 5 == 0:
        print(f"outer step {outer}: loss before {loss.item():.6f}, {calls} evaluations")

test = 4 * torch.rand(1000, 2) - 2
with torch.no_grad():
    print("METRIC rmse", (model(test) - surface(test)).pow(2).mean().sqrt().item())
