"""GAN for a mixture of six Gaussians on a circle (non-saturating loss, two time scales)."""

import math
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

MODES = 6
angles = torch.arange(MODES) * 2 * math.pi / MODES
CENTERS = torch.stack([torch.cos(angles), torch.sin(angles)], dim=1)


def real_points(n):
    return CENTERS[torch.randint(MODES, (n,))] + 0.1 * torch.randn(n, 2)


def mlp(sizes, activation):
    layers = []
    for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:])):
        layers.append(nn.Linear(a, b))
        if i < len(sizes) - 2:
            layers.append(activation())
    return nn.Sequential(*layers)


G = mlp([4, 64, 64, 2], nn.ReLU)
D = mlp([2, 64, 64, 1], lambda: nn.LeakyReLU(0.2))
opt_G = torch.optim.Adam(G.parameters(), lr=5e-4, betas=(0.5, 0.99))
opt_D = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.99))
softplus = nn.functional.softplus

for step in range(1500):
    real = real_points(128)
    fake = G(torch.randn(128, 4))

    loss_D = softplus(-D(real)).mean() + softplus(D(fake.detach())).mean()
    opt_D.zero_grad(set_to_none=True)
    loss_D.backward()
    opt_D.step()

    for p in D.parameters():
        p.requires_grad_(False)
    loss_G = softplus(-D(fake)).mean()
    opt_G.zero_grad(set_to_none=True)
    loss_G.backward()
    opt_G.step()
    for p in D.parameters():
        p.requires_grad_(True)

    if (step + 1) % 300 == 0:
        print(f"[{step + 1}] D {loss_D.item():.3f}  G {loss_G.item():.3f}")

with torch.no_grad():
    samples = G(torch.randn(2000, 4))
    distance = torch.cdist(samples, CENTERS)
    nearest = distance.min(dim=1)
    share = torch.bincount(nearest.indices[nearest.values < 0.35], minlength=MODES) / len(samples)
print("share per mode", [round(s, 3) for s in share.tolist()])
print(f"METRIC good_samples {share.sum().item():.4f}")
