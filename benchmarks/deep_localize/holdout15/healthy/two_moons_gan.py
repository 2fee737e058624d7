"""Small GAN on a two-arc distribution with spectral norm in the critic and hinge loss."""

import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.parametrizations import spectral_norm

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def arcs(n):
    t = torch.rand(n) * math.pi
    upper = (torch.rand(n) < 0.5).float()
    x = upper * torch.cos(t) + (1 - upper) * (1 - torch.cos(t))
    y = upper * torch.sin(t) + (1 - upper) * (0.5 - torch.sin(t))
    return torch.stack([x - 0.5, y - 0.25], 1) + 0.04 * torch.randn(n, 2)


G = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
D = nn.Sequential(
    spectral_norm(nn.Linear(2, 64)),
    nn.LeakyReLU(0.2),
    spectral_norm(nn.Linear(64, 64)),
    nn.LeakyReLU(0.2),
    spectral_norm(nn.Linear(64, 1)),
)
g_opt = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.0, 0.9))
d_opt = torch.optim.Adam(D.parameters(), lr=4e-3, betas=(0.0, 0.9))
for it in range(300):
    real = arcs(96)
    with torch.no_grad():
        fake = G(torch.randn(96, 4))
    d_loss = F.relu(1 - D(real)).mean() + F.relu(1 + D(fake)).mean()
    d_opt.zero_grad()
    d_loss.backward()
    d_opt.step()

    g_loss = -D(G(torch.randn(96, 4))).mean()
    g_opt.zero_grad()
    g_loss.backward()
    g_opt.step()
    if it % 75 == 0:
        print(f"{it} d {d_loss.item():.3f} g {g_loss.item():.3f}")


def energy_distance(a, b):
    return (2 * torch.cdist(a, b).mean() - torch.cdist(a, a).mean() - torch.cdist(b, b).mean()).item()


with torch.no_grad():
    print("METRIC energy_distance", round(energy_distance(G(torch.randn(800, 4)), arcs(800)), 4))
