"""A GAN that learns points on a ring."""

import math
import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

NOISE = 8


def real_points(count):
    angle = torch.rand(count) * 2 * math.pi
    radius = 1.0 + 0.05 * torch.randn(count)
    return torch.stack([radius * torch.cos(angle), radius * torch.sin(angle)], dim=1)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(NOISE, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))

    def forward(self, z):
        return self.net(z)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1)
        )

    def forward(self, x):
        return self.net(x).squeeze(1)


G, D = Generator(), Discriminator()
opt_g = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.99))
opt_d = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.5, 0.99))

for step in range(900):
    real = real_points(96)
    fake = G(torch.randn(96, NOISE))
    # discriminator
    d_loss = F.softplus(-D(real)).mean() + F.softplus(D(fake.detach())).mean()
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()
    # generator
    g_loss = F.softplus(-D(fake)).mean()
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    if step % 150 == 0:
        print(f"step {step}: D {d_loss.item():.3f} G {g_loss.item():.3f}")

with torch.no_grad():
    made = G(torch.randn(1000, NOISE))
    radius = made.norm(dim=1)
    sectors = torch.floor((torch.atan2(made[:, 1], made[:, 0]) + math.pi) / (2 * math.pi) * 8).long().clamp(0, 7)
    covered = (torch.bincount(sectors, minlength=8) > 20).sum().item()
error = (radius - 1).abs().mean().item()
print("sectors covered", covered)
print("METRIC radius_error", error + 0.1 * (8 - covered))
