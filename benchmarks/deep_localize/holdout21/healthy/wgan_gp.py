"""WGAN-GP on a mixture of 8 Gaussians: negative critic loss, three critic steps per generator step."""

import math
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", 0)))
Z, B, N_CRITIC, LAMBDA = 4, 128, 3, 1.0


def real_batch(n):
    k = torch.randint(8, (n,))
    ang = k * (2 * math.pi / 8)
    return 1.5 * torch.stack([ang.cos(), ang.sin()], 1) + 0.06 * torch.randn(n, 2)


G = nn.Sequential(nn.Linear(Z, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
D = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
opt_g = torch.optim.Adam(G.parameters(), lr=1.5e-3, betas=(0.0, 0.9))
opt_d = torch.optim.Adam(D.parameters(), lr=1.5e-3, betas=(0.0, 0.9))


def gradient_penalty(real, fake):
    eps = torch.rand(len(real), 1)
    x = (eps * real + (1 - eps) * fake).requires_grad_(True)
    g = torch.autograd.grad(D(x).sum(), x, create_graph=True)[0]
    return ((g.norm(2, dim=1) - 1) ** 2).mean()


for it in range(500):
    for _ in range(N_CRITIC):
        real = real_batch(B)
        with torch.no_grad():
            fake = G(torch.randn(B, Z))
        d_loss = D(fake).mean() - D(real).mean() + LAMBDA * gradient_penalty(real, fake)
        opt_d.zero_grad()
        d_loss.backward()
        opt_d.step()
    g_loss = -D(G(torch.randn(B, Z))).mean()
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    if it % 100 == 99:
        print(f"iter {it + 1} critic {d_loss.item():.3f} generator {g_loss.item():.3f}")


def energy(a, b):
    return 2 * torch.cdist(a, b).mean() - torch.cdist(a, a).mean() - torch.cdist(b, b).mean()


with torch.no_grad():
    s = G(torch.randn(2000, Z))
    t = real_batch(2000)
    centers = 1.5 * torch.stack(
        [torch.tensor([math.cos(i * math.pi / 4), math.sin(i * math.pi / 4)]) for i in range(8)]
    )
    share = torch.cdist(s, centers).argmin(1).bincount(minlength=8) / 2000
    print("METRIC energy_distance", energy(s, t).item())
