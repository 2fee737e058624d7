"""Conditional GAN: from a condition vector make a one of two equally likely impulse responses."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

NOISE, WIDTH, BATCH, STEPS = 4, 48, 96, 500


def real_batch(n):
    """Condition f in [-1, 1]; the response lies on one of two branches around 0.5 * f."""
    f = torch.rand(n, 1) * 2 - 1
    branch = (torch.rand(n, 1) < 0.5).float() * 2 - 1
    y = torch.cat([0.5 * f + branch + 0.1 * torch.randn(n, 1), -0.5 * f + 0.1 * torch.randn(n, 1)], 1)
    return f, y


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(1 + NOISE, WIDTH),
            nn.LeakyReLU(0.2),
            nn.Linear(WIDTH, WIDTH),
            nn.LeakyReLU(0.2),
            nn.Linear(WIDTH, 2),
        )

    def forward(self, f):
        return self.net(torch.cat([f, torch.randn(len(f), NOISE)], 1))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(3, WIDTH), nn.LeakyReLU(0.2), nn.Linear(WIDTH, WIDTH), nn.LeakyReLU(0.2), nn.Linear(WIDTH, 1)
        )

    def forward(self, y, f):
        return self.net(torch.cat([y, f], 1))


generator, discriminator = Generator(), Discriminator()
opt_g = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.9))
opt_d = torch.optim.Adam(discriminator.parameters(), lr=2e-3, betas=(0.5, 0.9))

for step in range(STEPS):
    f, real = real_batch(BATCH)
    fake = generator(f)

    pred_real = discriminator(real, f)
    pred_fake = discriminator(fake.detach(), f)
    d_loss = 0.5 * (
        F.mse_loss(pred_real, torch.ones_like(pred_real)) + F.mse_loss(pred_fake, torch.zeros_like(pred_fake))
    )
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()

    d_fake2 = discriminator(fake.detach(), f)
    g_loss1 = F.mse_loss(d_fake2, torch.ones_like(d_fake2))
    g_loss2 = F.l1_loss(fake, real)
    g_loss = g_loss1 + 0.05 * g_loss2
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    if step % 100 == 0:
        print(f"step {step} D {d_loss.item():.3f} G {g_loss1.item():.3f} L1 {g_loss2.item():.3f}")


def wasserstein(a, b):
    """Average distance of sorted projections."""
    total = 0.0
    for angle in torch.linspace(0, torch.pi, 9)[:-1]:
        u = torch.stack([torch.cos(angle), torch.sin(angle)])
        total += ((a @ u).sort().values - (b @ u).sort().values).abs().mean().item()
    return total / 8


generator.eval()
with torch.no_grad():
    f, real = real_batch(2000)
    distance = wasserstein(generator(f), real)
print("METRIC wasserstein", round(distance, 4))
