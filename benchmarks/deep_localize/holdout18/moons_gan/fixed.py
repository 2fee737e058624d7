"""GAN on a two-moons point cloud."""

import os

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

Z = 8
BATCH = 64

angle = np.pi * np.random.rand(2000)
upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
points = np.concatenate([upper, lower]) + 0.06 * np.random.randn(4000, 2)
points = torch.tensor(np.random.permutation(points), dtype=torch.float32)
points = (points - points.mean(0)) / points.std(0)
real_train, real_test = points[:3000], points[3000:]


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(Z, 64),
            nn.ReLU(),
            nn.Linear(64, 64),
            nn.ReLU(),
            nn.Linear(64, 2),
        )

    def forward(self, z):
        return self.net(z)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(2, 128),
            nn.LeakyReLU(0.2),
            nn.Linear(128, 128),
            nn.LeakyReLU(0.2),
            nn.Linear(128, 1),
        )

    def forward(self, x):
        return self.net(x)


def sliced_wasserstein(a, b, n_proj=64):
    gen = torch.Generator().manual_seed(1)
    theta = torch.randn(2, n_proj, generator=gen)
    theta = theta / theta.norm(dim=0, keepdim=True)
    pa, _ = torch.sort(a @ theta, dim=0)
    pb, _ = torch.sort(b @ theta, dim=0)
    return (pa - pb).abs().mean().item()


netG = Generator()
netD = Discriminator()
optG = torch.optim.Adam(netG.parameters(), lr=5e-4, betas=(0.5, 0.999))
optD = torch.optim.Adam(netD.parameters(), lr=2e-3, betas=(0.5, 0.999))
criterion = nn.BCEWithLogitsLoss()
ones = torch.ones(BATCH, 1)
zeros = torch.zeros(BATCH, 1)

for step in range(1, 1201):
    real = real_train[torch.randint(0, len(real_train), (BATCH,))]
    fake = netG(torch.randn(BATCH, Z))

    # update D
    optD.zero_grad()
    lossD = criterion(netD(real), ones) + criterion(netD(fake.detach()), zeros)
    lossD.backward()
    optD.step()

    # update G
    optG.zero_grad()
    lossG = criterion(netD(fake), ones)
    lossG.backward()
    optG.step()

    if step % 150 == 0:
        print(f"step {step} lossD {lossD.item():.3f} lossG {lossG.item():.3f}")

netG.eval()
with torch.no_grad():
    distance = sliced_wasserstein(netG(torch.randn(len(real_test), Z)), real_test)
print(f"METRIC sliced_wasserstein {distance:.4f}")
