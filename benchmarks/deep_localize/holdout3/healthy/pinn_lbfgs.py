# u'' = -pi^2 sin(pi x), u(0)=u(1)=0; the solution is sin(pi x)
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

net = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 20), nn.Tanh(), nn.Linear(20, 1))
x = torch.linspace(0, 1, 40).reshape(-1, 1).requires_grad_(True)
edge = torch.tensor([[0.0], [1.0]])
source = -(torch.pi**2) * torch.sin(torch.pi * x.detach())


def residual():
    u = net(x)
    du = torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)[0]
    ddu = torch.autograd.grad(du, x, torch.ones_like(du), create_graph=True)[0]
    return ddu - source


optimizer = torch.optim.LBFGS(net.parameters(), lr=0.5, max_iter=4, history_size=20)


def closure():
    optimizer.zero_grad()
    loss = residual().pow(2).mean() + 20 * net(edge).pow(2).mean()
    loss.backward()
    return loss


for it in range(60):
    loss = optimizer.step(closure)
    if it % 10 == 0:
        print(it, loss.item())
with torch.no_grad():
    error = (net(x) - torch.sin(torch.pi * x)).abs().mean().item()
print("METRIC error", error)
