"""Solve a one-dimensional Poisson equation with a physics-informed network."""

import math
import os
import random

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def source(x):
    return -(math.pi**2) * torch.sin(math.pi * x) - 0.25 * (2 * math.pi) ** 2 * torch.sin(2 * math.pi * x)


def exact(x):
    return torch.sin(math.pi * x) + 0.25 * torch.sin(2 * math.pi * x)


class PINN(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(1, width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Linear(width, 1),
        )

    def forward(self, x):
        return self.net(x)


def residual(model, x):
    x = x.requires_grad_(True)
    u = model(x)
    u_x = torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)[0]
    u_xx = torch.autograd.grad(u_x, x, torch.ones_like(u_x), create_graph=True)[0]
    return u_xx - source(x)


def train(model, steps=1000):
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.998)
    edge = torch.tensor([[-1.0], [1.0]])
    for step in range(steps):
        x = torch.rand(64, 1) * 2 - 1
        pde = residual(model, x).pow(2).mean()
        boundary = (model(edge) - exact(edge)).pow(2).mean()
        loss = pde + 50.0 * boundary
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        if step % 200 == 0:
            print(f"step {step:5d} pde {pde.item():.4f} boundary {boundary.item():.5f}")


def main():
    model = PINN()
    train(model)
    x = torch.linspace(-1, 1, 201).unsqueeze(1)
    with torch.no_grad():
        error = (model(x) - exact(x)).norm() / exact(x).norm()
    print("METRIC relative_error", error.item())


if __name__ == "__main__":
    main()
