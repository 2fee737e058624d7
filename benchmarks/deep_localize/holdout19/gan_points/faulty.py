"""Learn to draw points from a crescent-shaped cloud with a generative adversarial network."""

import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

Z_DIM = 4
BATCH = 96
STEPS = 500


def real_batch(n):
    angle = torch.rand(n) * np.pi
    radius = 1.0 + 0.08 * torch.randn(n)
    return torch.stack([1.0 + radius * torch.cos(angle), radius * torch.sin(angle) - 1.5], dim=1)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(Z_DIM, 48),
            nn.ReLU(),
            nn.Linear(48, 48),
            nn.ReLU(),
            nn.Linear(48, 2),
        )

    def forward(self, z):
        return self.net(z)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(2, 48),
            nn.LeakyReLU(0.2),
            nn.Linear(48, 48),
            nn.LeakyReLU(0.2),
            nn.Linear(48, 1),
        )

    def forward(self, x):
        return self.net(x)


def energy_distance(a, b):
    cross = torch.cdist(a, b).mean()
    return (2 * cross - torch.cdist(a, a).mean() - torch.cdist(b, b).mean()).item()


netG, netD = Generator(), Discriminator()
optG = torch.optim.Adam(netG.parameters(), lr=2e-3, betas=(0.5, 0.999))
optD = torch.optim.Adam(netD.parameters(), lr=2e-3, betas=(0.5, 0.999))
criterion = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)

for step in range(STEPS):
    # discriminator
    real = real_batch(BATCH)
    fake = netG(torch.randn(BATCH, Z_DIM)).detach()
    optD.zero_grad()
    lossD = criterion(netD(real), ones) + criterion(netD(fake), zeros)
    lossD.backward()
    optD.step()

    # generator
    optG.zero_grad()
    lossG = criterion(netD(fake), ones)
    lossG.backward()
    optG.step()

    if step % 100 == 0:
        print(f"{step:5d}  D {lossD.item():.3f}  G {lossG.item():.3f}")

with torch.no_grad():
    samples = netG(torch.randn(1000, Z_DIM))
print("METRIC energy_distance", energy_distance(samples, real_batch(1000)))
