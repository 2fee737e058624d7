"""-u'' = f on [-1, 1] with u(-1) = u(1) = 0, by a physics-informed network."""

import math
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))


class PINN(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1)
        )

    def forward(self, x):
        return self.net(x)

    def pde_residual(self, x):
        x = x.clone().requires_grad_(True)
        u = self.forward(x)
        u_x = torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)[0]
        u_xx = torch.autograd.grad(u_x, x, torch.ones_like(u_x))[0]
        f = math.pi**2 * torch.sin(math.pi * x)
        return u_xx + f


model = PINN()
boundary = torch.tensor([[-1.0], [1.0]])
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.998)
for it in range(700):
    x_col = torch.rand(64, 1) * 2 - 1
    loss_pde = model.pde_residual(x_col).pow(2).mean()
    loss_bc = model(boundary).pow(2).mean()
    loss = loss_pde + 20 * loss_bc
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if it % 100 == 0:
        print(f"it {it} pde {loss_pde.item():.3e} bc {loss_bc.item():.3e}")

x = torch.linspace(-1, 1, 200).view(-1, 1)
exact = torch.sin(math.pi * x)
with torch.no_grad():
    error = (model(x) - exact).norm() / exact.norm()
print("METRIC relative_error", error.item())
