"""A Wasserstein GAN with gradient penalty on a ring of eight Gaussians."""

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

N_CRITIC = 3
LAMBDA = 1.0
BATCH = 128
STEPS = 400

angles = torch.arange(8) * (2 * np.pi / 8)
CENTRES = torch.stack([torch.cos(angles), torch.sin(angles)], 1)


def real_batch(n=BATCH):
    return CENTRES[torch.randint(0, 8, (n,))] + 0.05 * torch.randn(n, 2)


def mlp(inputs, outputs, hidden=64):
    return nn.Sequential(
        nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, outputs)
    )


generator, critic = mlp(4, 2), mlp(2, 1)
opt_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.9))
opt_c = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.9))


def gradient_penalty(real, fake):
    alpha = torch.rand(len(real), 1)
    mixed = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    (grad,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
    return ((grad.norm(2, dim=1) - 1) ** 2).mean()


for step in range(STEPS):
    for _ in range(N_CRITIC):
        real = real_batch()
        fake = generator(torch.randn(BATCH, 4)).detach()
        loss_c = critic(fake).mean() - critic(real).mean() + LAMBDA * gradient_penalty(real, fake)
        opt_c.zero_grad()
        loss_c.backward()
        opt_c.step()
    loss_g = -critic(generator(torch.randn(BATCH, 4))).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    if step % 100 == 0:
        print(f"step {step}: critic {loss_c.item():.3f} generator {loss_g.item():.3f}")

with torch.no_grad():
    samples = generator(torch.randn(1000, 4))
    real = real_batch(1000)
    directions = torch.nn.functional.normalize(torch.randn(2, 50), dim=0)
    a, _ = torch.sort(samples @ directions, dim=0)
    b, _ = torch.sort(real @ directions, dim=0)
    distance = (a - b).abs().mean().item()
print("METRIC sliced_wasserstein", distance)
