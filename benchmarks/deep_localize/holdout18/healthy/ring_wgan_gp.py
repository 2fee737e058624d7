"""Wasserstein GAN with gradient penalty on a ring; three critic steps per generator step."""

import math
import os

import torch
from torch import autograd, nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

BATCH, Z, CRITIC_STEPS, LAMBDA = 64, 4, 3, 1.0


def sample_ring(n):
    angle = 2 * math.pi * torch.rand(n)
    radius = 1.0 + 0.05 * torch.randn(n)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)


def mlp(*sizes):
    layers = []
    for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:])):
        layers.append(nn.Linear(a, b))
        if i < len(sizes) - 2:
            layers.append(nn.LeakyReLU(0.2))
    return nn.Sequential(*layers)


generator = mlp(Z, 64, 64, 2)
critic = mlp(2, 64, 64, 1)
opt_g = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.9))
opt_c = torch.optim.Adam(critic.parameters(), lr=2e-3, betas=(0.5, 0.9))


def gradient_penalty(real, fake):
    eps = torch.rand(len(real), 1)
    mixed = (eps * real + (1 - eps) * fake).requires_grad_(True)
    score = critic(mixed)
    (grad,) = autograd.grad(score.sum(), mixed, create_graph=True)
    return ((grad.norm(2, dim=1) - 1) ** 2).mean()


for step in range(1, 501):
    for _ in range(CRITIC_STEPS):
        real = sample_ring(BATCH)
        with torch.no_grad():
            fake = generator(torch.randn(BATCH, Z))
        loss_c = critic(fake).mean() - critic(real).mean() + LAMBDA * gradient_penalty(real, fake)
        opt_c.zero_grad()
        loss_c.backward()
        opt_c.step()

    for p in critic.parameters():
        p.requires_grad_(False)
    loss_g = -critic(generator(torch.randn(BATCH, Z))).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    for p in critic.parameters():
        p.requires_grad_(True)

    if step % 100 == 0:
        print(f"step {step} critic {loss_c.item():.4f} generator {loss_g.item():.4f}")

with torch.no_grad():
    fake, real = generator(torch.randn(1000, Z)), sample_ring(1000)
    directions = torch.linspace(0, math.pi, 33)[:-1]
    proj = torch.stack([directions.cos(), directions.sin()])
    swd = ((fake @ proj).sort(dim=0)[0] - (real @ proj).sort(dim=0)[0]).abs().mean().item()
print(f"METRIC sliced_wasserstein {swd:.4f}")
