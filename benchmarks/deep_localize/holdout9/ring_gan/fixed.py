"""Adversarial training: points of a ring are imitated."""

import math
import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
NOISE = 4


def ring(n):
    angle = 2 * math.pi * torch.rand(n, 1)
    radius = 2.0 + 0.1 * torch.randn(n, 1)
    return torch.cat([radius * angle.cos(), radius * angle.sin()], dim=1)


def weights_init(m):
    if isinstance(m, nn.Linear):
        nn.init.kaiming_normal_(m.weight, a=0.2)
        nn.init.zeros_(m.bias)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.Linear(NOISE, 48), nn.LeakyReLU(0.2), nn.Linear(48, 48), nn.LeakyReLU(0.2), nn.Linear(48, 2)
        )

    def forward(self, z):
        return self.main(z)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.Linear(2, 48), nn.LeakyReLU(0.2), nn.Linear(48, 48), nn.LeakyReLU(0.2), nn.Linear(48, 1)
        )

    def forward(self, x):
        return self.main(x).squeeze(1)


net_g, net_d = Generator().apply(weights_init), Discriminator().apply(weights_init)
opt_g = torch.optim.Adam(net_g.parameters(), lr=1e-3, betas=(0.5, 0.999))
opt_d = torch.optim.Adam(net_d.parameters(), lr=1e-3, betas=(0.5, 0.999))
bce = nn.BCEWithLogitsLoss()
real_label, fake_label = torch.ones(64), torch.zeros(64)

for step in range(2400):
    real = ring(64)
    fake = net_g(torch.randn(64, NOISE))

    # the discriminator
    pred_real = net_d(real)
    pred_fake = net_d(fake.detach())
    err_d = 0.5 * (bce(pred_real, real_label) + bce(pred_fake, fake_label))
    opt_d.zero_grad()
    err_d.backward()
    opt_d.step()

    # the generator
    pred_fake = net_d(fake)
    err_g = bce(pred_fake, real_label)
    opt_g.zero_grad()
    err_g.backward()
    opt_g.step()
    if step % 400 == 0:
        print(f"[{step}] loss_d {err_d.item():.3f} loss_g {err_g.item():.3f}")

with torch.no_grad():
    radii = net_g(torch.randn(2000, NOISE)).norm(dim=1)
print("METRIC radius_error", (radii - 2.0).abs().mean().item())
