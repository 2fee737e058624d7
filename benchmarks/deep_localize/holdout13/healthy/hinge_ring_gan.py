"""Hinge GAN with spectral normalisation, two discriminator steps per generator step."""

import math
import os

import torch
import torch.nn as nn
from torch.nn.utils.parametrizations import spectral_norm

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def real_points(n):
    angle = 2 * math.pi * torch.rand(n)
    radius = 1 + 0.05 * torch.randn(n)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1)


class Generator(nn.Module):
    def __init__(self, latent=3, hidden=48):
        super().__init__()
        self.latent = latent
        self.net = nn.Sequential(
            nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 2)
        )

    def forward(self, n):
        return self.net(torch.randn(n, self.latent))


class Critic(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.net = nn.Sequential(
            spectral_norm(nn.Linear(2, hidden)),
            nn.LeakyReLU(0.1),
            spectral_norm(nn.Linear(hidden, hidden)),
            nn.LeakyReLU(0.1),
            spectral_norm(nn.Linear(hidden, 1)),
        )

    def forward(self, x):
        return 3 * self.net(x)


G, D = Generator(), Critic()
opt_g = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.9))
opt_d = torch.optim.Adam(D.parameters(), lr=4e-3, betas=(0.5, 0.9))
for step in range(400):
    for _ in range(2):
        with torch.no_grad():
            fake = G(128)
        loss_d = torch.relu(1 - D(real_points(128))).mean() + torch.relu(1 + D(fake)).mean()
        opt_d.zero_grad()
        loss_d.backward()
        opt_d.step()
    loss_g = -D(G(128)).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    if step % 100 == 0:
        print(f"{step}: d {loss_d.item():.3f} g {loss_g.item():.3f}")

with torch.no_grad():
    a, b = G(1000), real_points(1000)
    energy = 2 * torch.cdist(a, b).mean() - torch.cdist(a, a).mean() - torch.cdist(b, b).mean()
print(f"METRIC energy_distance {energy.item():.5f}")
