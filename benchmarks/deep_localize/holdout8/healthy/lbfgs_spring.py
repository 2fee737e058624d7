"""A damped spring's equation solved by a small network and L-BFGS on collocation points."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

ZETA, OMEGA = 0.15, 2.0
net = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1))
t = torch.linspace(0, 4, 80)[:, None].requires_grad_(True)


def solution(t):
    damped = OMEGA * (1 - ZETA**2) ** 0.5
    return torch.exp(-ZETA * OMEGA * t) * (torch.cos(damped * t) + ZETA * OMEGA / damped * torch.sin(damped * t))


def displacement(t):
    """Obeys both initial conditions by construction: 1 at rest."""
    return 1 + t**2 * net(t / 2 - 1)


def residual_loss():
    u = displacement(t)
    du = torch.autograd.grad(u, t, torch.ones_like(u), create_graph=True)[0]
    ddu = torch.autograd.grad(du, t, torch.ones_like(du), create_graph=True)[0]
    return ((ddu + 2 * ZETA * OMEGA * du + OMEGA**2 * u) ** 2).mean()


optimizer = torch.optim.LBFGS(net.parameters(), lr=1.0, max_iter=20, history_size=20, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = residual_loss()
    loss.backward()
    return loss


for step in range(20):
    loss = optimizer.step(closure)
    if step % 5 == 4:
        print(f"step {step + 1} residual {loss.item():.2e}")

with torch.no_grad():
    print("METRIC max_error", (displacement(t) - solution(t)).abs().max().item())
