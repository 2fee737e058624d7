"""Solve a boundary value problem with a physics-informed network, Adam first and then L-BFGS."""

import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(1, 24)
        self.l2 = nn.Linear(24, 24)
        self.l3 = nn.Linear(24, 1)
        for layer in (self.l1, self.l2, self.l3):
            nn.init.xavier_normal_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        return self.l3(torch.tanh(self.l2(torch.tanh(self.l1(x)))))


def source(x):
    return -(np.pi**2) * torch.sin(np.pi * x) - 4 * np.pi**2 * 0.3 * torch.sin(2 * np.pi * x)


def exact(x):
    return torch.sin(np.pi * x) + 0.3 * torch.sin(2 * np.pi * x)


def pde_residual(u_net, x):
    x = x.requires_grad_(True)
    u = u_net(x)
    du = torch.autograd.grad(u.sum(), x, create_graph=True)[0]
    ddu = torch.autograd.grad(du.sum(), x, create_graph=True)[0]
    return ddu - source(x)


def total_loss(u_net, interior):
    boundary = torch.tensor([[-1.0], [1.0]])
    physics = pde_residual(u_net, interior).pow(2).mean()
    edges = u_net(boundary).pow(2).mean()
    return physics + 50.0 * edges


def relative_error(u_net):
    grid = torch.linspace(-1, 1, 400).unsqueeze(1)
    with torch.no_grad():
        return ((u_net(grid) - exact(grid)).norm() / exact(grid).norm()).item()


net = Field()
adam = torch.optim.Adam(net.parameters(), lr=5e-3)
for step in range(500):
    adam.zero_grad()
    loss = total_loss(net, torch.rand(48, 1) * 2 - 1)
    loss.backward()
    adam.step()
    if step % 100 == 0:
        print(f"adam {step}: loss {loss.item():.4f} error {relative_error(net):.4f}")

fixed_points = torch.linspace(-1, 1, 64).unsqueeze(1)
lbfgs = torch.optim.LBFGS(net.parameters(), lr=1.0, max_iter=15, line_search_fn="strong_wolfe")


def closure():
    lbfgs.zero_grad()
    value = total_loss(net, fixed_points.clone())
    value.backward()
    return value


for outer in range(12):
    loss = lbfgs.step(closure)
print(f"l-bfgs: loss {loss.item():.6f}")
print("METRIC relative_error", relative_error(net))
