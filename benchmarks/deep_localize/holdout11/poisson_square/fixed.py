"""Physics-informed network for the Poisson equation on the unit square with zero boundary values."""

import math
import os

import torch
from torch import autograd, nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def exact(g):
    return torch.sin(math.pi * g[:, :1]) * torch.sin(2 * math.pi * g[:, 1:])


def source(g):
    return -5 * math.pi**2 * exact(g)


class PINN(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(2, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1)
        )

    def forward(self, g):
        x, y = g[:, :1], g[:, 1:]
        return 16 * x * (1 - x) * y * (1 - y) * self.net(2 * g - 1)

    def loss_pde(self, g):
        g = g.clone().requires_grad_(True)
        u = self(g)
        u_g = autograd.grad(u, g, torch.ones_like(u), create_graph=True)[0]
        u_x, u_y = u_g[:, [0]], u_g[:, [1]]
        u_xx = autograd.grad(u_x, g, torch.ones_like(u_x), create_graph=True)[0][:, [0]]
        u_yy = autograd.grad(u_y, g, torch.ones_like(u_y), create_graph=True)[0][:, [1]]
        residual = u_xx + u_yy - source(g)
        return (residual / (5 * math.pi**2)).pow(2).mean()


model = PINN()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 500)
for it in range(500):
    loss = model.loss_pde(torch.rand(100, 2))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if it % 100 == 0:
        print(it, f"{loss.item():.5f}")

grid = torch.cartesian_prod(torch.linspace(0, 1, 41), torch.linspace(0, 1, 41))
with torch.no_grad():
    error = (model(grid) - exact(grid)).norm() / exact(grid).norm()
print("METRIC relative_l2", round(error.item(), 5))
