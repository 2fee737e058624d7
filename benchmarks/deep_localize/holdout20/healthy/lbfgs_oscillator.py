"""Find the damping and stiffness of an oscillator from few measurements with a physics-informed network and L-BFGS."""

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

DAMPING, STIFFNESS = 0.4, 4.0
W = (STIFFNESS - DAMPING**2 / 4) ** 0.5


def truth(t):
    return torch.exp(-DAMPING / 2 * t) * torch.cos(W * t)


class Inverse(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 20), nn.Tanh(), nn.Linear(20, 1))
        self.log_damping = nn.Parameter(torch.tensor(0.0))
        self.log_stiffness = nn.Parameter(torch.tensor(0.0))

    def forward(self, t):
        return self.net(t - 2)


model = Inverse()
measured_t = torch.linspace(0, 4, 20).unsqueeze(1)
measured = truth(measured_t) + 0.005 * torch.randn(20, 1)
points = torch.linspace(0, 4, 50).unsqueeze(1).requires_grad_(True)


def loss_terms():
    u = model(points)
    du = torch.autograd.grad(u.sum(), points, create_graph=True)[0]
    ddu = torch.autograd.grad(du.sum(), points, create_graph=True)[0]
    physics = ddu + model.log_damping.exp() * du + model.log_stiffness.exp() * u
    return physics.pow(2).mean(), (model(measured_t) - measured).pow(2).mean()


optimizer = torch.optim.LBFGS(model.parameters(), lr=1.0, max_iter=8, history_size=30, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    physics, fit = loss_terms()
    loss = 0.1 * physics + 10 * fit
    loss.backward()
    return loss


for step in range(90):
    loss = optimizer.step(closure)
    if step % 15 == 0:
        print(
            f"step {step} loss {loss.item():.6f} damping {model.log_damping.exp().item():.3f} "
            f"stiffness {model.log_stiffness.exp().item():.3f}"
        )

error = abs(model.log_damping.exp().item() - DAMPING) + abs(model.log_stiffness.exp().item() - STIFFNESS)
print("METRIC parameter_error", error)
