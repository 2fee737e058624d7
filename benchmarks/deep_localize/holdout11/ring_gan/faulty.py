"""GAN for points on an ellipse."""

import copy
import math
import os

import torch
from torch import nn, optim

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def real_points(n):
    angle = 2 * math.pi * torch.rand(n)
    return torch.stack([2 * angle.cos(), angle.sin()], 1) + 0.1 * torch.randn(n, 2)


def mlp(inputs, outputs, act):
    return nn.Sequential(nn.Linear(inputs, 64), act(), nn.Linear(64, 64), act(), nn.Linear(64, outputs))


def sliced_distance(a, b, n=64):
    angle = torch.linspace(0, math.pi, n)
    directions = torch.stack([angle.cos(), angle.sin()])
    return ((a @ directions).sort(0)[0] - (b @ directions).sort(0)[0]).abs().mean().item()


generator = mlp(4, 2, nn.ReLU)
discriminator = mlp(2, 1, lambda: nn.LeakyReLU(0.2))
ema_generator = copy.deepcopy(generator)
g_optimizer = optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.99))
d_optimizer = optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.99))
criterion = nn.BCEWithLogitsLoss()
batch = 128
real_label, fake_label = torch.ones(batch, 1), torch.zeros(batch, 1)

for step in range(1300):
    real = real_points(batch)
    fake = generator(torch.randn(batch, 4))

    # train the generator
    g_loss = criterion(discriminator(fake), real_label)
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()

    # train the discriminator
    d_loss = criterion(discriminator(real), 0.9 * real_label) + criterion(discriminator(fake.detach()), fake_label)
    g_optimizer.zero_grad()
    d_loss.backward()
    d_optimizer.step()

    with torch.no_grad():
        for average, current in zip(ema_generator.parameters(), generator.parameters()):
            average.lerp_(current, 0.02)
    if step % 300 == 0:
        print(f"step {step}: D {d_loss.item():.3f} G {g_loss.item():.3f}")

with torch.no_grad():
    made = ema_generator(torch.randn(2000, 4))
print("METRIC sliced_distance", round(sliced_distance(made, real_points(2000)), 4))
