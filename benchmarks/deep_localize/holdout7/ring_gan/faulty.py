"""A small GAN whose generator must place points on a ring of eight blobs."""

import math
import os

import torch
from torch import nn, optim

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

LATENT, BATCH, STEPS = 8, 128, 700
angles = torch.arange(8) * 2 * math.pi / 8
centres = torch.stack([angles.cos(), angles.sin()], 1) * 2.0


def real_batch(n):
    return centres[torch.randint(0, 8, (n,))] + 0.1 * torch.randn(n, 2)


def mlp(sizes, act):
    layers = []
    for i in range(len(sizes) - 2):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), act]
    return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))


netG = mlp([LATENT, 64, 64, 2], nn.ReLU())
netD = mlp([2, 64, 64, 1], nn.LeakyReLU(0.2))
optG = optim.Adam(netG.parameters(), lr=1e-3, betas=(0.5, 0.999))
optD = optim.Adam(netD.parameters(), lr=1e-3, betas=(0.5, 0.999))
bce = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)


def update_discriminator(real, fake):
    optD.zero_grad()
    loss = bce(netD(real), 0.9 * ones) + bce(netD(fake.detach()), zeros)
    loss.backward()
    optD.step()
    return loss.item()


def update_generator(fake):
    optG.zero_grad()
    pred_fake = netD(fake.detach())
    spread = 0.02 * (fake.mean(0) ** 2).sum()
    loss = bce(pred_fake, ones) + spread
    loss.backward()
    optG.step()
    return loss.item()


for step in range(STEPS):
    fake = netG(torch.randn(BATCH, LATENT))
    loss_d = update_discriminator(real_batch(BATCH), fake)
    loss_g = update_generator(fake)
    if step % 100 == 0:
        print(f"step {step:4d}  D {loss_d:.3f}  G {loss_g:.3f}")

with torch.no_grad():
    points = netG(torch.randn(2000, LATENT))
    nearest = torch.cdist(points, centres).min(1).values
print("METRIC distance", nearest.mean().item())
