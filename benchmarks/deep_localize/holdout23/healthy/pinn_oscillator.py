"""A physics-informed network solves the damped oscillator u'' + 0.4 u' + 4 u = 0."""

import math
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

DAMP, STIFF, END = 0.4, 4.0, 4.0


class Sine(nn.Module):
    def forward(self, x):
        return torch.sin(x)


def exact(t):
    w = math.sqrt(STIFF - (DAMP / 2) ** 2)
    return torch.exp(-DAMP / 2 * t) * (torch.cos(w * t) + DAMP / 2 / w * torch.sin(w * t))


def derivative(u, t):
    return torch.autograd.grad(u, t, torch.ones_like(u), create_graph=True)[0]


net = nn.Sequential(nn.Linear(1, 32), Sine(), nn.Linear(32, 32), Sine(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=300, gamma=0.5)

for step in range(900):
    t = (torch.rand(64, 1) * END).requires_grad_(True)
    u = net(t)
    du = derivative(u, t)
    ddu = derivative(du, t)
    physics = (ddu + DAMP * du + STIFF * u).pow(2).mean()

    t0 = torch.zeros(1, 1, requires_grad=True)
    u0 = net(t0)
    start = (u0 - 1).pow(2).mean() + derivative(u0, t0).pow(2).mean()

    loss = physics + 20 * start
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if step % 200 == 0:
        print(f"step {step} physics {physics.item():.5f} start {start.item():.6f}")

with torch.no_grad():
    t = torch.linspace(0, END, 200).unsqueeze(1)
    error = (net(t) - exact(t)).abs().max().item()
print("METRIC max_error", error)
