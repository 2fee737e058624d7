"""Hinge GAN with two learning rates and a gradient penalty on real points."""

import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))


def ring(n):
    angle = torch.randint(0, 6, (n,)) * (2 * math.pi / 6)
    return torch.stack([angle.cos(), angle.sin()], 1) * 1.5 + 0.1 * torch.randn(n, 2)


def net(n_in, n_out):
    return nn.Sequential(
        nn.Linear(n_in, 48), nn.LeakyReLU(0.2), nn.Linear(48, 48), nn.LeakyReLU(0.2), nn.Linear(48, n_out)
    )


G, D = net(6, 2), net(2, 1)
opt_g = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.0, 0.9))
opt_d = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.0, 0.9))

for it in range(450):
    D.requires_grad_(True)
    real = ring(64).requires_grad_(True)
    with torch.no_grad():
        fake = G(torch.randn(64, 6))
    d_real, d_fake = D(real), D(fake)
    (grad,) = torch.autograd.grad(d_real.sum(), real, create_graph=True)
    d_loss = F.relu(1 - d_real).mean() + F.relu(1 + d_fake).mean() + 0.1 * grad.pow(2).sum(1).mean()
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()

    D.requires_grad_(False)
    g_loss = -D(G(torch.randn(64, 6))).mean()
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    if it % 100 == 0:
        print(it, d_loss.item(), g_loss.item())

with torch.no_grad():
    made = G(torch.randn(2000, 6))
print("METRIC radius_error", (made.norm(dim=1).mean() - 1.5).abs().item() + made.mean(0).norm().item())
