"""Physics-informed fit of a damped spring: no data but the equation and the initial state."""

import math
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

DAMPING, STIFFNESS, END = 0.4, 4.0, 3.0


def exact(t):
    omega = math.sqrt(STIFFNESS - DAMPING**2 / 4)
    return torch.exp(-DAMPING * t / 2) * (torch.cos(omega * t) + DAMPING / (2 * omega) * torch.sin(omega * t))


class Displacement(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))

    def forward(self, t):
        return self.net(2 * t / END - 1)


def derivative(y, t):
    return torch.autograd.grad(y.sum(), t, create_graph=True)[0]


u = Displacement()
optimizer = torch.optim.Adam(u.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.998)
for step in range(1200):
    t = (END * torch.rand(64, 1)).requires_grad_(True)
    x = u(t)
    v = derivative(x, t)
    a = derivative(v, t)
    residual = (a + DAMPING * v + STIFFNESS * x).pow(2).mean()
    zero = torch.zeros(1, 1, requires_grad=True)
    x0 = u(zero)
    v0 = derivative(x0, zero)
    loss = residual + 20 * (x0 - 1).pow(2).sum() + 20 * v0.pow(2).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if step % 200 == 0:
        print(f"step {step} residual {residual.item():.4f} loss {loss.item():.4f}")

grid = torch.linspace(0, END, 200)[:, None]
with torch.no_grad():
    rmse = (u(grid) - exact(grid)).pow(2).mean().sqrt().item()
print(f"METRIC rmse {rmse:.5f}")
