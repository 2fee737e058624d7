"""WGAN-GP on a wide, noisy arc; reports the sliced Wasserstein distance of samples to fresh data."""

import math
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

N_CRITIC, PENALTY, BATCH = 5, 0.1, 96


def real_batch(n):
    angle = 1.5 * math.pi * torch.rand(n)
    arc = torch.stack([angle.cos(), angle.sin()], dim=1)
    return 1.5 * arc + 0.1 * torch.randn(n, 2)


def mlp(inputs, outputs, width=64):
    return nn.Sequential(
        nn.Linear(inputs, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, outputs),
    )


generator, critic = mlp(4, 2), mlp(2, 1)
opt_g = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.0, 0.9))
opt_c = torch.optim.Adam(critic.parameters(), lr=2e-3, betas=(0.0, 0.9))


def gradient_penalty(real, fake):
    mix = torch.rand(len(real), 1)
    point = (mix * real + (1 - mix) * fake).requires_grad_(True)
    slope = torch.autograd.grad(critic(point).sum(), point, create_graph=True)[0]
    return ((slope.norm(dim=1) - 1) ** 2).mean()


for step in range(400):
    for _ in range(N_CRITIC):
        real = real_batch(BATCH)
        with torch.no_grad():
            fake = generator(torch.randn(BATCH, 4))
        loss_c = critic(fake).mean() - critic(real).mean() + PENALTY * gradient_penalty(real, fake)
        opt_c.zero_grad()
        loss_c.backward()
        opt_c.step()
    loss_g = -critic(generator(torch.randn(BATCH, 4))).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    if step % 80 == 79:
        print(f"step {step + 1} critic {loss_c.item():.3f} generator {loss_g.item():.3f}")

with torch.no_grad():
    samples, fresh = generator(torch.randn(2000, 4)), real_batch(2000)
    direction = nn.functional.normalize(torch.randn(2, 50), dim=0)
    gap = (samples @ direction).sort(dim=0).values - (fresh @ direction).sort(dim=0).values
print(f"METRIC sliced_distance {gap.abs().mean().item():.4f}")
