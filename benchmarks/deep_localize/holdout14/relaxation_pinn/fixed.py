"""Physics-informed network for a driven relaxation: du/dt = -k u + sin(w t), u(0) = 1, t in [0, T]."""

import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

T, K, W = 4.0, 0.6, 1.5


def exact(t):
    a = K**2 + W**2
    return (1 + W / a) * torch.exp(-K * t) + (K * torch.sin(W * t) - W * torch.cos(W * t)) / a


def scale(t):
    return 2 * t / T - 1


class Field(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1)
        )

    def forward(self, tau):
        return self.layers(tau)


model = Field()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.998)
start = scale(torch.zeros(1, 1))

for step in range(1500):
    t = T * torch.rand(96, 1)
    t.requires_grad_(True)
    tau = scale(t)
    u = model(tau)
    du_dt = torch.autograd.grad(u.sum(), t, create_graph=True)[0]
    residual = du_dt + K * u - torch.sin(W * t)
    loss_equation = (residual**2).mean()
    loss_start = ((model(start) - 1.0) ** 2).mean()
    loss = loss_equation + 10.0 * loss_start

    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if step % 300 == 299:
        print(f"step {step + 1} equation {loss_equation.item():.5f} start {loss_start.item():.6f}")

grid = torch.linspace(0, T, 200).unsqueeze(1)
with torch.no_grad():
    u = model(scale(grid))
error = ((u - exact(grid)).norm() / exact(grid).norm()).item()
print(f"METRIC relative_error {error:.5f}")
