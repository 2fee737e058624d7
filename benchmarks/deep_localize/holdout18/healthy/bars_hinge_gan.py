"""DCGAN-style generator with a spectrally normalised discriminator and hinge loss on 8x8 images of bright squares."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.parametrizations import spectral_norm

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

Z, BATCH = 16, 32


def squares(n):
    """A bright 3x3 square somewhere on a dark ground, in [-1, 1]."""
    images = -0.9 + 0.05 * torch.randn(n, 1, 8, 8)
    rows, cols = torch.randint(0, 6, (n,)), torch.randint(0, 6, (n,))
    for i in range(n):
        images[i, 0, rows[i] : rows[i] + 3, cols[i] : cols[i] + 3] = 0.8
    return images.clamp(-1, 1)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(Z, 32, 2, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(True),
            nn.ConvTranspose2d(32, 16, 4, 2, 1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(True),
            nn.ConvTranspose2d(16, 1, 4, 2, 1),
            nn.Tanh(),
        )

    def forward(self, z):
        return self.main(z.view(-1, Z, 1, 1))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            spectral_norm(nn.Conv2d(1, 16, 4, 2, 1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(16, 32, 4, 2, 1)),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            spectral_norm(nn.Linear(128, 1)),
        )

    def forward(self, x):
        return self.main(x)


def weights_init(m):
    if isinstance(m, nn.ConvTranspose2d):
        nn.init.normal_(m.weight, 0.0, 0.05)


netG, netD = Generator().apply(weights_init), Discriminator()
optG = torch.optim.Adam(netG.parameters(), lr=1e-3, betas=(0.5, 0.999))
optD = torch.optim.Adam(netD.parameters(), lr=2e-3, betas=(0.5, 0.999))
data = squares(2000)

for step in range(1, 461):
    real = data[torch.randint(0, len(data), (BATCH,))]
    fake = netG(torch.randn(BATCH, Z))
    lossD = F.relu(1 - netD(real)).mean() + F.relu(1 + netD(fake.detach())).mean()
    optD.zero_grad(set_to_none=True)
    lossD.backward()
    optD.step()

    lossG = -netD(netG(torch.randn(BATCH, Z))).mean()
    optG.zero_grad(set_to_none=True)
    lossG.backward()
    optG.step()
    if step % 100 == 0:
        print(f"step {step} D {lossD.item():.3f} G {lossG.item():.3f}")

netG.eval()
with torch.no_grad():
    fake, real = netG(torch.randn(500, Z)).flatten(1), data[:500].flatten(1)
    mean_gap = (fake.mean(0) - real.mean(0)).abs().mean()
    spread_gap = (fake.std(0) - real.std(0)).abs().mean()
print(f"METRIC moment_gap {(mean_gap + spread_gap).item():.4f}")
