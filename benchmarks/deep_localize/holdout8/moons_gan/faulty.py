"""A little GAN that learns two interleaved half circles."""

import math
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

latent_dim, batch_size, n_steps = 6, 96, 900


def moons(n):
    angle = math.pi * torch.rand(n)
    upper = torch.stack([torch.cos(angle), torch.sin(angle)], 1)
    lower = torch.stack([1 - torch.cos(angle), 0.5 - torch.sin(angle)], 1)
    points = torch.where((torch.rand(n) < 0.5)[:, None], upper, lower)
    return points - torch.tensor([0.5, 0.25]) + 0.05 * torch.randn(n, 2) + torch.tensor([2.0, -1.0])


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(latent_dim, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))

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


def energy_distance(a, b):
    return (2 * torch.cdist(a, b).mean() - torch.cdist(a, a).mean() - torch.cdist(b, b).mean()).item()


gen, disc = Generator(), Discriminator()
opt_g = torch.optim.Adam(gen.parameters(), lr=1e-3, betas=(0.5, 0.99))
opt_d = torch.optim.Adam(gen.parameters(), lr=2e-3, betas=(0.5, 0.99))
bce = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(batch_size), torch.zeros(batch_size)

for step in range(n_steps):
    # discriminator
    real = moons(batch_size)
    fake = gen(torch.randn(batch_size, latent_dim))
    loss_d = bce(disc(real), 0.9 * ones) + bce(disc(fake.detach()), zeros)
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()

    # generator
    loss_g = bce(disc(fake), ones)
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    if step % 150 == 0:
        print(f"step {step} D {loss_d.item():.3f} G {loss_g.item():.3f}")

with torch.no_grad():
    print("METRIC energy_distance", energy_distance(gen(torch.randn(1000, latent_dim)), moons(1000)))
