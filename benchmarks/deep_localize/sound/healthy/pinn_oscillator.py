"""Physics-informed network: damped oscillator u'' + 2*d*u' + w^2*u = 0, second derivatives by
autograd, Adam first and then L-BFGS. No labels besides the initial conditions."""

import math
import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
DAMP, W0 = 0.5, 4.0
w = math.sqrt(W0**2 - DAMP**2)


def exact(t):
    return torch.exp(-DAMP * t) * (torch.cos(w * t) + DAMP / w * torch.sin(w * t))


class PINN(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))

    def forward(self, t):
        return 1 + t * t * self.net(t)  # u(0)=1, u'(0)=0 built in


def residual(model, t):
    t = t.requires_grad_(True)
    u = model(t)
    du = torch.autograd.grad(u.sum(), t, create_graph=True)[0]
    ddu = torch.autograd.grad(du.sum(), t, create_graph=True)[0]
    return ddu + 2 * DAMP * du + W0**2 * u


model = PINN()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for it in range(800):
    t = torch.rand(64, 1) * 2
    r = residual(model, t)
    loss = (r**2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 100 == 0:
        print("adam", it, loss.item())

grid = torch.linspace(0, 2, 100)[:, None]
lb = torch.optim.LBFGS(model.parameters(), lr=1.0, max_iter=10, history_size=20, line_search_fn="strong_wolfe")
for it in range(40):

    def closure():
        lb.zero_grad()
        l = (residual(model, grid.clone()) ** 2).mean()
        l.backward()
        return l

    l = lb.step(closure)
print("lbfgs", l.item())

with torch.no_grad():
    t = torch.linspace(0, 2, 300)[:, None]
    rel = ((model(t) - exact(t)).norm() / exact(t).norm()).item()
print("METRIC rel_l2", rel)
print("METRIC good", float(rel < 0.05))
