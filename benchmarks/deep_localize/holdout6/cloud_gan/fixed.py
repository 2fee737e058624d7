"""A GAN that learns a slanted cloud of points."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

latent_dim = 8


def real_batch(n):
    a, b = torch.randn(2, n)
    return torch.stack([1.5 + a, 0.6 * a + 0.3 * b - 1], 1)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(nn.Linear(latent_dim, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))

    def forward(self, z):
        return self.model(z)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(
            nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1)
        )

    def forward(self, x):
        return self.model(x)


generator = Generator()
discriminator = Discriminator()
adversarial_loss = nn.BCEWithLogitsLoss()
optimizer_G = torch.optim.Adam(generator.parameters(), lr=5e-4, betas=(0.5, 0.999))
optimizer_D = torch.optim.Adam(discriminator.parameters(), lr=5e-4, betas=(0.5, 0.999))

batch = 96
valid, fake = torch.ones(batch, 1), torch.zeros(batch, 1)
for step in range(1500):
    # generator
    optimizer_G.zero_grad()
    z = torch.randn(batch, latent_dim)
    gen = generator(z)
    g_loss = adversarial_loss(discriminator(gen), valid)
    g_loss.backward()
    optimizer_G.step()

    # discriminator
    optimizer_D.zero_grad()
    real_loss = adversarial_loss(discriminator(real_batch(batch)), valid)
    fake_loss = adversarial_loss(discriminator(gen.detach()), fake)
    d_loss = (real_loss + fake_loss) / 2
    d_loss.backward()
    optimizer_D.step()
    if step % 250 == 249:
        print(f"[{step + 1}/1500] [D loss: {d_loss.item():.3f}] [G loss: {g_loss.item():.3f}]")

with torch.no_grad():
    sample, real = generator(torch.randn(4000, latent_dim)), real_batch(4000)
mean_error = (sample.mean(0) - real.mean(0)).norm()
cov_error = (torch.cov(sample.t()) - torch.cov(real.t())).norm()
print("METRIC moment_error", (mean_error + cov_error).item())
