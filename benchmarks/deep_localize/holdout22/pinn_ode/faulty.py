"""A physics-informed network for a damped oscillator, u'' + 2 d u' + w^2 u = 0 with u(0) = 1, u'(0) = 0."""

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

T_MAX = 2.0
DAMPING, FREQUENCY = 0.4, 2.5


def exact(t):
    w = math.sqrt(FREQUENCY**2 - DAMPING**2)
    return torch.exp(-DAMPING * t) * (torch.cos(w * t) + DAMPING / w * torch.sin(w * t))


class PINN(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(1, width),
            nn.Tanh(),
            nn.Linear(width, width),
            nn.Tanh(),
            nn.Linear(width, 1),
        )

    def forward(self, t):
        return self.net(t)


def derivatives(model, t):
    t = t.requires_grad_(True)
    u = model(t)
    u_t = torch.autograd.grad(u, t, grad_outputs=torch.ones_like(u), create_graph=True)[0]
    u_tt = torch.autograd.grad(u_t, t, grad_outputs=torch.ones_like(u_t), retain_graph=True)[0]
    return u, u_t, u_tt


def train(model, steps=1000):
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=400, gamma=0.5)
    for step in range(steps):
        u, u_t, _ = derivatives(model, torch.zeros(1, 1))
        initial = (u - 1.0).pow(2).mean() + 0.1 * u_t.pow(2).mean()

        u, u_t, u_tt = derivatives(model, torch.rand(48, 1) * T_MAX)
        residual = u_tt + 2 * DAMPING * u_t + FREQUENCY**2 * u
        physics = residual.pow(2).mean() / FREQUENCY**2

        loss = physics + initial
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 200 == 0:
            print(f"step {step}: physics {physics.item():.5f} initial {initial.item():.5f}")


model = PINN()
train(model)

grid = torch.linspace(0, T_MAX, 200).unsqueeze(1)
with torch.no_grad():
    error = (model(grid) - exact(grid)).pow(2).mean().item()
print("METRIC solution_mse", error)
