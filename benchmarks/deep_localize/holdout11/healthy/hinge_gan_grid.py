"""Hinge GAN with spectral normalisation on a mixture of four Gaussians."""

import os

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
CENTRES = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])


def sample_real(n):
    return CENTRES[torch.randint(4, (n,))] + 0.15 * torch.randn(n, 2)


class Generator(nn.Module):
    def __init__(self, z_dim=4):
        super().__init__()
        self.z_dim = z_dim
        self.net = nn.Sequential(nn.Linear(z_dim, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))

    def forward(self, n):
        return self.net(torch.randn(n, self.z_dim))


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            spectral_norm(nn.Linear(2, 64)),
            nn.LeakyReLU(0.1),
            spectral_norm(nn.Linear(64, 64)),
            nn.LeakyReLU(0.1),
            spectral_norm(nn.Linear(64, 1)),
        )
        self.gain = 8.0

    def forward(self, x):
        return self.gain * self.net(x)


g, d = Generator(), Critic()
g_opt = torch.optim.Adam(g.parameters(), lr=5e-4, betas=(0.5, 0.9))
d_opt = torch.optim.Adam(d.parameters(), lr=1e-3, betas=(0.5, 0.9))
for it in range(1000):
    for p in d.parameters():
        p.requires_grad_(True)
    with torch.no_grad():
        fake = g(128)
    d_loss = F.relu(1 - d(sample_real(128))).mean() + F.relu(1 + d(fake)).mean()
    d_opt.zero_grad()
    d_loss.backward()
    d_opt.step()

    for p in d.parameters():
        p.requires_grad_(False)
    g_loss = -d(g(128)).mean()
    g_opt.zero_grad()
    g_loss.backward()
    g_opt.step()
    if it % 250 == 0:
        print(f"{it}: d {d_loss.item():.3f} g {g_loss.item():.3f}")

with torch.no_grad():
    made = g(2000)
distance, nearest = torch.cdist(made, CENTRES).min(1)
share = torch.bincount(nearest, minlength=4) / 2000
print("shares", [round(s, 2) for s in share.tolist()], f"mean distance {distance.mean():.3f}")
good = (distance < 0.45).float().mean().item()
print("METRIC covered_quality", round(min(good, 4 * share.min().item()), 4))
