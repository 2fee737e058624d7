"""Physics-informed network of a damped oscillator: the loss is the equation's residual and the two initial values."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

D, W0 = 0.5, 3.0  # x'' + 2 D x' + W0^2 x = 0, x(0) = 1, x'(0) = 0


def exact(t):
    w = (W0**2 - D**2) ** 0.5
    return torch.exp(-D * t) * (torch.cos(w * t) + D / w * torch.sin(w * t))


net = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
decay = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9985)
zero = torch.zeros(1, 1)


def derivative(y, t):
    return torch.autograd.grad(y, t, torch.ones_like(y), create_graph=True)[0]


for step in range(1500):
    t = (2.0 * torch.rand(64, 1)).requires_grad_(True)
    x = net(t)
    dx = derivative(x, t)
    residual = derivative(dx, t) + 2 * D * dx + W0**2 * x
    t0 = zero.clone().requires_grad_(True)
    x0 = net(t0)
    start = (x0 - 1).pow(2).mean() + 0.1 * derivative(x0, t0).pow(2).mean()
    loss = 0.01 * residual.pow(2).mean() + start
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    decay.step()
    if step % 300 == 0:
        print(f"{step}: residual {residual.pow(2).mean().item():.4f} start {start.item():.5f}")

grid = torch.linspace(0, 2, 200).unsqueeze(1)
with torch.no_grad():
    print("METRIC rmse", (net(grid) - exact(grid)).pow(2).mean().sqrt().item())
