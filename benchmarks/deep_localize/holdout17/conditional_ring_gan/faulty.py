"""Conditional GAN: for a given size, draw a point on the ring of that radius."""

import math
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

NOISE = 4
BATCH = 128
LAMBDA_PIX = 0.02


def sample(count):
    size = torch.rand(count, 1)
    angle = 2 * math.pi * torch.rand(count, 1)
    radius = 0.6 + 0.8 * size
    return size, radius * torch.cat([torch.cos(angle), torch.sin(angle)], 1) + 0.03 * torch.randn(count, 2)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(NOISE + 1, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))

    def forward(self, noise, size):
        return self.net(torch.cat([noise, size], 1))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(3, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1)
        )

    def forward(self, point, size):
        return self.net(torch.cat([point, size], 1))


generator, discriminator = Generator(), Discriminator()
adversarial = nn.BCEWithLogitsLoss()
pixel = nn.MSELoss()
opt_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.99))
opt_d = torch.optim.Adam(discriminator.parameters(), lr=2e-3, betas=(0.5, 0.99))
real_label, fake_label = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)

for step in range(1, 1201):
    size, real = sample(BATCH)
    fake = generator(torch.randn(BATCH, NOISE), size)

    # discriminator
    opt_d.zero_grad()
    loss_d = adversarial(discriminator(real, size), real_label) + adversarial(
        discriminator(fake.detach(), size), fake_label
    )
    loss_d.backward()
    opt_d.step()

    # generator
    opt_g.zero_grad()
    pred_fake = discriminator(fake.detach(), size)
    loss_g = adversarial(pred_fake, real_label) + LAMBDA_PIX * pixel(fake, real)
    loss_g.backward()
    opt_g.step()

    if step % 150 == 0:
        print(f"step {step} d {loss_d.item():.3f} g {loss_g.item():.3f}")

with torch.no_grad():
    size, _ = sample(1000)
    points = generator(torch.randn(1000, NOISE), size)
    error = (points.norm(dim=1, keepdim=True) - (0.6 + 0.8 * size)).abs().mean().item()
print(f"METRIC radius_error {error:.4f}")
