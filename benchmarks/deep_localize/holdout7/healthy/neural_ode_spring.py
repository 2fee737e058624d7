"""A neural ODE by hand: the field is learned from trajectories through Runge-Kutta steps."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

DT = 0.1


def true_field(z):
    x, v = z.chunk(2, -1)
    return torch.cat([v, -2 * torch.sin(x) - 0.2 * v], -1)


def rk4(field, z):
    k1 = field(z)
    k2 = field(z + DT / 2 * k1)
    k3 = field(z + DT / 2 * k2)
    k4 = field(z + DT * k3)
    return z + DT / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def trajectory(field, z, steps):
    out = [z]
    for _ in range(steps):
        out.append(rk4(field, out[-1]))
    return torch.stack(out, 1)


with torch.no_grad():
    start = 3 * torch.rand(64, 2) - 1.5
    data = trajectory(true_field, start, 40) + 0.01 * torch.randn(64, 41, 2)
    test = trajectory(true_field, 3 * torch.rand(20, 2) - 1.5, 40)

field = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 2))
nn.init.normal_(field[2].weight, std=0.01)
optimizer = torch.optim.Adam(field.parameters(), lr=1e-2)
rows = torch.arange(64)
for it in range(250):
    at = torch.randint(0, 31, (64,))
    piece = torch.stack([data[rows, at + k] for k in range(9)], 1)
    loss = (trajectory(field, piece[:, 0], 8) - piece).abs().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if it % 50 == 0:
        print(f"iteration {it} loss {loss.item():.4f}")
with torch.no_grad():
    print("METRIC error", (trajectory(field, test[:, 0], 40) - test).abs().mean().item())
