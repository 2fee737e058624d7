"""A GAN on a two-dimensional ring of Gaussians."""

import math
import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

MODES, NOISE = 6, 8


def real_batch(n):
    angle = torch.randint(0, MODES, (n,)) * (2 * math.pi / MODES)
    return torch.stack([angle.cos(), angle.sin()], 1) * 2 + 0.1 * torch.randn(n, 2)


def mlp(n_in, n_out, width=40):
    return nn.Sequential(
        nn.Linear(n_in, width), nn.LeakyReLU(0.2), nn.Linear(width, width), nn.LeakyReLU(0.2), nn.Linear(width, n_out)
    )


def energy_distance(a, b):
    return (2 * torch.cdist(a, b).mean() - torch.cdist(a, a).mean() - torch.cdist(b, b).mean()).item()


generator, discriminator = mlp(NOISE, 2), mlp(2, 1)
opt_g = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.99))
opt_d = torch.optim.Adam(discriminator.parameters(), lr=2e-3, betas=(0.5, 0.99))
# samples are drawn from an averaged copy of the generator
averaged = torch.optim.swa_utils.AveragedModel(generator, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.98))

for step in range(750):
    real = real_batch(64)
    fake = generator(torch.randn(64, NOISE))

    # discriminator
    d_loss = F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake.detach())).mean()
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()

    # generator, non-saturating
    g_loss = F.softplus(-discriminator(fake)).mean()
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    averaged.update_parameters(generator)

    if step % 100 == 0:
        print(f"step {step} d {d_loss.item():.3f} g {g_loss.item():.3f}")

with torch.no_grad():
    samples = averaged(torch.randn(1000, NOISE))
    print(f"METRIC energy_distance {energy_distance(samples, real_batch(1000)):.5f}")
