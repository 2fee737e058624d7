"""Physics-informed network for a damped oscillator, in double precision, with L-BFGS and a closure."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

DAMPING, STIFFNESS = 0.4, 4.0


def exact(t):
    w = (STIFFNESS - DAMPING**2 / 4) ** 0.5
    return torch.exp(-DAMPING * t / 2) * (torch.cos(w * t) + DAMPING / (2 * w) * torch.sin(w * t))


class Solution(nn.Module):
    """u(0) = 1 and u'(0) = 0 hold by construction."""

    def __init__(self, hidden=24):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, 1)
        )

    def forward(self, t):
        return 1 + t**2 * self.net(t - 2.0)


net = Solution()
t = torch.linspace(0, 4, 60).unsqueeze(1).requires_grad_(True)
optimizer = torch.optim.LBFGS(net.parameters(), lr=1.0, max_iter=8, history_size=20, line_search_fn="strong_wolfe")


def residual():
    u = net(t)
    (du,) = torch.autograd.grad(u.sum(), t, create_graph=True)
    (ddu,) = torch.autograd.grad(du.sum(), t, create_graph=True)
    return (ddu + DAMPING * du + STIFFNESS * u).pow(2).mean()


def closure():
    optimizer.zero_grad()
    loss = residual()
    loss.backward()
    return loss


for step in range(1, 71):
    loss = optimizer.step(closure)
    if step % 14 == 0:
        print(f"step {step} residual {loss.item():.3e}")

with torch.no_grad():
    grid = torch.linspace(0, 4, 333).unsqueeze(1)
    rmse = (net(grid) - exact(grid)).pow(2).mean().sqrt().item()
print(f"METRIC rmse {rmse:.5f}")
