"""Vanilla GAN on a tilted cloud in the plane."""

import os

import torch
import torch.nn as nn

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)
LATENT, BATCH, STEPS = 4, 64, 700


def real_batch(n):
    long, short = torch.randn(n, 1), 0.3 * torch.randn(n, 1)
    return torch.cat([1.5 + long + short, long - short - 1], 1)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(nn.Linear(LATENT, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2))

    def forward(self, z):
        return self.main(z)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1)
        )

    def forward(self, x):
        return self.main(x)


generator, discriminator = Generator(), Discriminator()
opt_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
opt_d = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.999))
bce = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)

for step in range(STEPS):
    fake = generator(torch.randn(BATCH, LATENT)).detach()

    # train D
    opt_d.zero_grad()
    d_loss = bce(discriminator(real_batch(BATCH)), ones) + bce(discriminator(fake), zeros)
    d_loss.backward()
    opt_d.step()

    # train G
    opt_g.zero_grad()
    g_loss = bce(discriminator(fake), ones)
    g_loss.backward()
    opt_g.step()

    if step % 100 == 0:
        print("%d D %.3f G %.3f" % (step, d_loss.item(), g_loss.item()))

with torch.no_grad():
    made, real = generator(torch.randn(2000, LATENT)), real_batch(2000)
distance = (made.mean(0) - real.mean(0)).norm() + (made.std(0) - real.std(0)).norm()
print("METRIC distance", distance.item())
