"""Wasserstein GAN with gradient penalty on a noisy ring."""

import argparse
import os

import torch
from torch import autograd, nn, optim

parser = argparse.ArgumentParser()
parser.add_argument("--n_critic", type=int, default=3)
parser.add_argument("--lambda_gp", type=float, default=0.5)
parser.add_argument("--iterations", type=int, default=360)
parser.add_argument("--batch", type=int, default=128)
opt = parser.parse_args()

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def real_batch(n):
    angle = torch.rand(n) * 2 * torch.pi
    radius = 1 + 0.05 * torch.randn(n)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1)


G = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
C = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
opt_g = optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.9))
opt_c = optim.Adam(C.parameters(), lr=1e-3, betas=(0.5, 0.9))


def gradient_penalty(real, fake):
    eps = torch.rand(len(real), 1)
    mixed = (eps * real + (1 - eps) * fake).requires_grad_(True)
    score = C(mixed)
    (grad,) = autograd.grad(score, mixed, torch.ones_like(score), create_graph=True)
    return ((grad.norm(2, dim=1) - 1) ** 2).mean()


for it in range(opt.iterations):
    for _ in range(opt.n_critic):
        real = real_batch(opt.batch)
        with torch.no_grad():
            fake = G(torch.randn(opt.batch, 4))
        loss_c = C(fake).mean() - C(real).mean() + opt.lambda_gp * gradient_penalty(real, fake)
        opt_c.zero_grad()
        loss_c.backward()
        opt_c.step()

    loss_g = -C(G(torch.randn(opt.batch, 4))).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    if it % 50 == 0:
        print(f"iter {it} critic {loss_c.item():.4f} generator {loss_g.item():.4f}")

with torch.no_grad():
    a, b = G(torch.randn(3000, 4)), real_batch(3000)
    angles = torch.linspace(0, torch.pi, 33)[:-1]
    directions = torch.stack([angles.cos(), angles.sin()])
    gap = ((a @ directions).sort(0).values - (b @ directions).sort(0).values).abs().mean().item()
print(f"METRIC sliced_wasserstein {gap:.4f}")
