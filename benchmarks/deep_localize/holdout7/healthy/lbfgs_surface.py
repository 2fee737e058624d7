"""Fits a surface on a grid with L-BFGS in double precision; each step calls the closure many times."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def peaks(p):
    x, y = p[:, :1], p[:, 1:]
    return (1 - x) ** 2 * torch.exp(-(x**2) - (y + 1) ** 2) - (x / 3 - x**3) * torch.exp(-(x**2) - y**2)


points = 4 * torch.rand(500, 2) - 2
values = peaks(points) + 0.01 * torch.randn(500, 1)
test = 4 * torch.rand(500, 2) - 2
net = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1))
optimizer = torch.optim.LBFGS(net.parameters(), lr=1.0, max_iter=20, history_size=20, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(points), values) + 1e-6 * sum(p.square().sum() for p in net.parameters())
    loss.backward()
    return loss


for step in range(20):
    loss = optimizer.step(closure)
    if step % 5 == 0:
        print(f"step {step} loss {loss.item():.6f}")
with torch.no_grad():
    print("METRIC rmse", nn.functional.mse_loss(net(test), peaks(test)).sqrt().item())
