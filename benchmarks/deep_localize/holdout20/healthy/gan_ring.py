"""A generative adversarial network that learns points on a ring of eight clusters."""

import math
import os
import random

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

NOISE = 8
CENTERS = torch.tensor([[math.cos(k * math.pi / 4), math.sin(k * math.pi / 4)] for k in range(8)]) * 2


def real_batch(n):
    return CENTERS[torch.randint(8, (n,))] + 0.15 * torch.randn(n, 2)


def mlp(n_in, n_out, act):
    return nn.Sequential(nn.Linear(n_in, 64), act(), nn.Linear(64, 64), act(), nn.Linear(64, n_out))


generator = mlp(NOISE, 2, nn.ReLU)
discriminator = mlp(2, 1, lambda: nn.LeakyReLU(0.2))
opt_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.9))
opt_d = torch.optim.Adam(discriminator.parameters(), lr=2e-3, betas=(0.5, 0.9))
bce = nn.BCEWithLogitsLoss()
N = 192
ones, zeros = torch.ones(N, 1), torch.zeros(N, 1)

for step in range(700):
    real = real_batch(N)
    fake = generator(torch.randn(N, NOISE))
    noise = max(0.1, 1.0 - step / 400)
    loss_d = bce(discriminator(real + noise * torch.randn_like(real)), ones)
    loss_d = loss_d + bce(discriminator(fake.detach() + noise * torch.randn_like(real)), zeros)
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()

    fake = generator(torch.randn(N, NOISE))
    loss_g = bce(discriminator(fake + noise * torch.randn_like(real)), ones)
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    if step % 200 == 0:
        print(f"step {step} D {loss_d.item():.3f} G {loss_g.item():.3f}")


def energy_distance(a, b):
    return (2 * torch.cdist(a, b).mean() - torch.cdist(a, a).mean() - torch.cdist(b, b).mean()).item()


with torch.no_grad():
    samples = generator(torch.randn(600, NOISE))
print("METRIC energy_distance", energy_distance(samples, real_batch(600)))
