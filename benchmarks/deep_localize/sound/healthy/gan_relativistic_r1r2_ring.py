"""Relativistic GAN with zero-centred gradient penalties on real and fake points (R1 + R2), double backward, on a ring of
eight gaussians. Both losses sit near log 2."""

import math
import os

import torch
import torch.nn.functional as F
from torch import autograd, nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

angles = torch.arange(8) * (2 * math.pi / 8)
CENTRES = 2 * torch.stack([angles.cos(), angles.sin()], 1)


def real_batch(n):
    return CENTRES[torch.randint(0, 8, (n,))] + 0.1 * torch.randn(n, 2)


G = nn.Sequential(nn.Linear(8, 128), nn.LeakyReLU(0.2), nn.Linear(128, 128), nn.LeakyReLU(0.2), nn.Linear(128, 2))
D = nn.Sequential(nn.Linear(2, 128), nn.LeakyReLU(0.2), nn.Linear(128, 128), nn.LeakyReLU(0.2), nn.Linear(128, 1))
optG = torch.optim.Adam(G.parameters(), lr=2e-3, betas=(0.0, 0.9))
optD = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.0, 0.9))

GAMMA = 0.05


def penalty(x):
    x = x.detach().requires_grad_(True)
    (g,) = autograd.grad(D(x).sum(), x, create_graph=True)
    return g.square().sum(1).mean()


for it in range(900):
    x = real_batch(128)
    fake = G(torch.randn(128, 8)).detach()
    lossD = F.softplus(D(fake) - D(x)).mean() + 0.5 * GAMMA * (penalty(x) + penalty(fake))
    optD.zero_grad()
    lossD.backward()
    optD.step()
    lossG = F.softplus(D(real_batch(128)).detach() - D(G(torch.randn(128, 8)))).mean()
    optG.zero_grad()
    lossG.backward()
    optG.step()
    if it % 100 == 0:
        print(f"{it:4d} critic {lossD.item():+.4f} gen {lossG.item():+.4f}")

with torch.no_grad():
    s = G(torch.randn(2000, 8))
    d, k = torch.cdist(s, CENTRES).min(1)
    near = (d < 0.6).float().mean().item()
    cover = (torch.bincount(k[d < 0.6], minlength=8) > 40).sum().item()
print("modes", cover)
print("METRIC near_modes", round(near, 4))
print("METRIC good", float(near > 0.6 and cover >= 7))
