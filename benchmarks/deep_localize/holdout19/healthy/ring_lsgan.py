"""Least-squares GAN for a ring of points, with two discriminator steps per generator step."""

import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

BATCH, NOISE = 96, 2


def sample_ring(n):
    a = 2 * np.pi * torch.rand(n, 1)
    return torch.cat([torch.cos(a), torch.sin(a)], dim=1) * (1 + 0.05 * torch.randn(n, 1))


def mlp(d_in, d_out, act):
    return nn.Sequential(nn.Linear(d_in, 48), act, nn.Linear(48, 48), act, nn.Linear(48, d_out))


class LSGAN(nn.Module):
    def __init__(self):
        super().__init__()
        self.gen = mlp(NOISE, 2, nn.ReLU())
        self.dis = mlp(2, 1, nn.LeakyReLU(0.2))

    def d_loss(self, real):
        with torch.no_grad():
            fake = self.gen(torch.randn(len(real), NOISE))
        return 0.5 * ((self.dis(real) - 1).pow(2).mean() + self.dis(fake).pow(2).mean())

    def g_loss(self, n):
        return 0.5 * (self.dis(self.gen(torch.randn(n, NOISE))) - 1).pow(2).mean()


def energy_distance(x, y):
    return (2 * torch.cdist(x, y).mean() - torch.cdist(x, x).mean() - torch.cdist(y, y).mean()).item()


gan = LSGAN()
opt_d = torch.optim.Adam(gan.dis.parameters(), lr=2e-3, betas=(0.5, 0.99))
opt_g = torch.optim.Adam(gan.gen.parameters(), lr=1e-3, betas=(0.5, 0.99))
decay_d = torch.optim.lr_scheduler.LinearLR(opt_d, 1.0, 0.1, total_iters=450)
decay_g = torch.optim.lr_scheduler.LinearLR(opt_g, 1.0, 0.1, total_iters=450)

for it in range(450):
    for _ in range(2):
        loss_d = gan.d_loss(sample_ring(BATCH))
        opt_d.zero_grad()
        loss_d.backward()
        opt_d.step()

    gan.dis.requires_grad_(False)
    loss_g = gan.g_loss(BATCH)
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    gan.dis.requires_grad_(True)

    decay_d.step()
    decay_g.step()
    if it % 100 == 0:
        print(f"iter {it}: d {loss_d.item():.4f} g {loss_g.item():.4f}")

with torch.no_grad():
    made = gan.gen(torch.randn(1000, NOISE))
print("METRIC energy_distance", energy_distance(made, sample_ring(1000)))
