"""GAN that draws pairs of (temperature, humidity) anomalies."""

import os

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

latent_dim, batch_size, steps = 4, 128, 900


def sample_real(n):
    season = torch.randint(0, 2, (n,)).float() * 2 - 1
    base = torch.randn(n, 2) @ torch.tensor([[0.45, 0.3], [0.0, 0.25]])
    return base + torch.stack([1.2 * season, -0.9 * season], 1) + torch.tensor([0.6, 0.8])


generator = nn.Sequential(
    nn.Linear(latent_dim, 48),
    nn.LeakyReLU(0.2),
    nn.Linear(48, 48),
    nn.LeakyReLU(0.2),
    nn.Linear(48, 2),
)
discriminator = nn.Sequential(
    nn.Linear(2, 48),
    nn.LeakyReLU(0.2),
    nn.Linear(48, 48),
    nn.LeakyReLU(0.2),
    nn.Linear(48, 1),
)

adversarial_loss = nn.BCEWithLogitsLoss()
optimizer_G = torch.optim.Adam(generator.parameters(), lr=5e-4, betas=(0.5, 0.999))
optimizer_D = torch.optim.Adam(discriminator.parameters(), lr=5e-4, betas=(0.5, 0.999))
valid = torch.ones(batch_size, 1)
fake = torch.zeros(batch_size, 1)

for step in range(steps):
    real = sample_real(batch_size)
    z = torch.randn(batch_size, latent_dim)
    gen = generator(z)

    # discriminator
    optimizer_D.zero_grad()
    real_loss = adversarial_loss(discriminator(real), valid * 0.9)
    fake_loss = adversarial_loss(discriminator(gen.detach()), fake)
    d_loss = (real_loss + fake_loss) / 2
    d_loss.backward()
    optimizer_D.step()

    # generator
    optimizer_G.zero_grad()
    g_loss = adversarial_loss(discriminator(gen.detach()), valid)
    g_loss.backward()
    optimizer_G.step()

    if step % 150 == 0:
        print(f"[{step}/{steps}] D {d_loss.item():.3f} G {g_loss.item():.3f}")


def sliced_distance(a, b, n_proj=64):
    angles = torch.linspace(0, np.pi, n_proj)
    directions = torch.stack([angles.cos(), angles.sin()])
    return ((a @ directions).sort(0).values - (b @ directions).sort(0).values).abs().mean().item()


generator.eval()
with torch.no_grad():
    distance = sliced_distance(generator(torch.randn(2000, latent_dim)), sample_real(2000))
print(f"METRIC sliced_wasserstein {distance:.4f}")
