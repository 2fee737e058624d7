"""Physics-informed network for the boundary value problem -u'' = f on [0, 1]."""

import math
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def exact(x):
    return torch.sin(math.pi * x) + 0.3 * torch.sin(3 * math.pi * x)


def source(x):
    return math.pi**2 * torch.sin(math.pi * x) + 2.7 * math.pi**2 * torch.sin(3 * math.pi * x)


class Field(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1)
        )

    def forward(self, x):
        return self.net(2 * x - 1)


def residual(model, x):
    u = model(x)
    ones = torch.ones_like(u)
    u_x = torch.autograd.grad(u, x, ones, create_graph=True)[0]
    u_xx = torch.autograd.grad(u_x, x, ones)[0]
    return -u_xx - source(x)


model = Field()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
STEPS = 450
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
boundary = torch.tensor([[0.0], [1.0]])

for step in range(STEPS):
    x = torch.rand(48, 1, requires_grad=True)
    loss_pde = residual(model, x).pow(2).mean()
    loss_bc = model(boundary).pow(2).mean()
    loss = loss_pde + 100.0 * loss_bc
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if step % 150 == 149:
        print(f"step {step + 1} pde {loss_pde.item():.4f} bc {loss_bc.item():.2e}")

with torch.no_grad():
    grid = torch.linspace(0, 1, 201).unsqueeze(1)
    error = ((model(grid) - exact(grid)).norm() / exact(grid).norm()).item()
print(f"METRIC relative_error {error:.5f}")
