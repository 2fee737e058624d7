"""Physics-informed network for the damped oscillator u' = v, v' = -w^2 u - c v, u(0)=1, v(0)=0."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", 0)))
W2, C, T_END = 4.0, 0.4, 2.0


class PINN(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 2)
        )

    def forward(self, t):
        return self.body(2 * t / T_END - 1)


def time_derivative(y, t):
    return torch.autograd.grad(y, t, grad_outputs=torch.ones_like(y), retain_graph=True)[0]


def physics_loss(net, n=64):
    t = (torch.rand(n, 1) * T_END).requires_grad_(True)
    out = net(t)
    u, v = out[:, :1], out[:, 1:]
    u_t, v_t = time_derivative(u, t), time_derivative(v, t)
    r1 = u_t - v
    r2 = v_t + W2 * u + C * v
    return (r1**2).mean() + (r2**2).mean() / W2


def initial_loss(net):
    u0 = net(torch.zeros(1, 1))[0]
    return (u0[0] - 1.0) ** 2 + u0[1] ** 2


def exact(t):
    g = C / 2
    w = (W2 - g * g) ** 0.5
    return torch.exp(-g * t) * (torch.cos(w * t) + g / w * torch.sin(w * t))


net = PINN()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 1500, eta_min=1e-4)
for step in range(1500):
    opt.zero_grad()
    lp, li = physics_loss(net), initial_loss(net)
    loss = lp + 20.0 * li
    loss.backward()
    opt.step()
    sched.step()
    if step % 300 == 299:
        print(f"step {step + 1} physics {lp.item():.5f} initial {li.item():.6f}")

with torch.no_grad():
    tt = torch.linspace(0, T_END, 200).unsqueeze(1)
    err = (net(tt)[:, :1] - exact(tt)).norm() / exact(tt).norm()
print("METRIC error", err.item())
