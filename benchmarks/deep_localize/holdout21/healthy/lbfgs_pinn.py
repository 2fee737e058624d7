"""Poisson problem -u'' = f on [0, 1] solved by a network trained with full-batch L-BFGS (closure, strong Wolfe)."""

import math
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", 0)))
torch.set_default_dtype(torch.float64)


class Sine(nn.Module):
    def forward(self, x):
        return torch.sin(x)


net = nn.Sequential(nn.Linear(1, 24), Sine(), nn.Linear(24, 24), Sine(), nn.Linear(24, 1))
with torch.no_grad():
    net[0].weight.uniform_(-8, 8)


def u_fn(x):
    return x * (1 - x) * net(x)


def exact(x):
    return torch.sin(2 * math.pi * x) + 0.3 * torch.sin(5 * math.pi * x)


def source(x):
    return (2 * math.pi) ** 2 * torch.sin(2 * math.pi * x) + 0.3 * (5 * math.pi) ** 2 * torch.sin(5 * math.pi * x)


x = torch.linspace(0, 1, 101).unsqueeze(1).requires_grad_(True)
f = source(x).detach()
opt = torch.optim.LBFGS(net.parameters(), lr=1.0, max_iter=25, history_size=50, line_search_fn="strong_wolfe")
n_calls = 0


def closure():
    global n_calls
    n_calls += 1
    opt.zero_grad()
    u = u_fn(x)
    du = torch.autograd.grad(u.sum(), x, create_graph=True)[0]
    ddu = torch.autograd.grad(du.sum(), x, create_graph=True)[0]
    loss = ((ddu + f) ** 2).mean()
    loss.backward()
    return loss


for it in range(16):
    loss = opt.step(closure)
    if it % 4 == 3:
        print(f"outer {it + 1} residual {loss.item():.6f} closure calls {n_calls}")

xt = torch.rand(500, 1)
with torch.no_grad():
    err = ((u_fn(xt) - exact(xt)).norm() / exact(xt).norm()).item()
print("METRIC error", err)
