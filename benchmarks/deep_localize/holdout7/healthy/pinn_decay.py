"""Physics-informed network for a damped oscillator: no data but the initial state, the rest is the equation."""

import math
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

ZETA, OMEGA, END = 0.3, 2.0, 3.0


def exact(t):
    damped = OMEGA * math.sqrt(1 - ZETA**2)
    return torch.exp(-ZETA * OMEGA * t) * (torch.cos(damped * t) + ZETA * OMEGA / damped * torch.sin(damped * t))


class Net(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1)
        )

    def forward(self, t):
        return self.layers(2 * t / END - 1)


def derivative(y, t):
    return torch.autograd.grad(y, t, torch.ones_like(y), create_graph=True)[0]


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.998)
start = torch.zeros(1, 1, requires_grad=True)

for step in range(700):
    t = (END * torch.rand(64, 1)).requires_grad_(True)
    u = net(t)
    du = derivative(u, t)
    residual = derivative(du, t) + 2 * ZETA * OMEGA * du + OMEGA**2 * u
    u0 = net(start)
    initial = (u0 - 1).pow(2).mean() + derivative(u0, start).pow(2).mean()
    loss = residual.pow(2).mean() + 20 * initial
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if step % 100 == 0:
        print(f"{step:5d} residual {residual.pow(2).mean().item():.4f} initial {initial.item():.5f}")

t = torch.linspace(0, END, 200).unsqueeze(1)
with torch.no_grad():
    print("METRIC rmse", (net(t) - exact(t)).pow(2).mean().sqrt().item())
