"""Wasserstein GAN with gradient penalty on a mixture of four Gaussians."""

import os

import torch
from torch import autograd, nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

LAMBDA, CRITIC_STEPS, BATCH = 1.0, 3, 64
centres = torch.tensor([[1.5, 0.0], [-1.5, 0.0], [0.0, 1.5], [0.0, -1.5]])


def real_batch(n):
    return centres[torch.randint(4, (n,))] + 0.15 * torch.randn(n, 2)


def mlp(n_in, n_out, width=64):
    return nn.Sequential(nn.Linear(n_in, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, n_out))


generator, critic = mlp(4, 2), mlp(2, 1)
opt_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.0, 0.9))
opt_c = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.0, 0.9))


def gradient_penalty(real, fake):
    mix = torch.rand(real.size(0), 1)
    between = (mix * real + (1 - mix) * fake).requires_grad_(True)
    score = critic(between)
    (slope,) = autograd.grad(score.sum(), between, create_graph=True)
    return ((slope.norm(2, dim=1) - 1) ** 2).mean()


for step in range(550):
    for _ in range(CRITIC_STEPS):
        real = real_batch(BATCH)
        with torch.no_grad():
            fake = generator(torch.randn(BATCH, 4))
        loss_c = critic(fake).mean() - critic(real).mean() + LAMBDA * gradient_penalty(real, fake)
        opt_c.zero_grad()
        loss_c.backward()
        opt_c.step()
    for p in critic.parameters():
        p.requires_grad_(False)
    loss_g = -critic(generator(torch.randn(BATCH, 4))).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    for p in critic.parameters():
        p.requires_grad_(True)
    if step % 100 == 0:
        print(f"{step}: critic {loss_c.item():.3f} generator {loss_g.item():.3f}")

with torch.no_grad():
    samples = generator(torch.randn(1000, 4))
nearest = torch.cdist(samples, centres).min(1)
shares = torch.bincount(nearest.indices, minlength=4) / 1000.0
print("shares", shares.tolist())
print("METRIC centre_distance", nearest.values.mean().item())
