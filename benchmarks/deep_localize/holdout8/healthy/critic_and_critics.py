"""A Wasserstein GAN that fills in half a curve: critic with gradient penalty, five steps to one, plus two other losses."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

POINTS = 24


def curves(n):
    t = torch.linspace(0, 1, POINTS)
    amplitude, phase, slope = 0.5 + torch.rand(n, 1), 6.28 * torch.rand(n, 1), torch.randn(n, 1)
    return amplitude * torch.sin(6.28 * t + phase) + slope * (t - 0.5)


class Filler(nn.Module):
    """The second half of a curve from its first half and noise."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(POINTS // 2 + 4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, POINTS // 2)
        )

    def forward(self, half):
        return torch.cat([half, self.net(torch.cat([half, torch.randn(len(half), 4)], 1))], 1)


def gradient_penalty(critic, real, fake):
    mix = torch.rand(len(real), 1)
    between = (mix * real + (1 - mix) * fake).requires_grad_(True)
    (grad,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return ((grad.norm(dim=1) - 1) ** 2).mean()


generator = Filler()
critic = nn.Sequential(nn.Linear(POINTS, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
opt_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.0, 0.9))
opt_c = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.0, 0.9))

for step in range(260):
    for _ in range(5):
        real = curves(64)
        fake = generator(real[:, : POINTS // 2]).detach()
        loss_c = critic(fake).mean() - critic(real).mean() + 10 * gradient_penalty(critic, real, fake)
        opt_c.zero_grad()
        loss_c.backward()
        opt_c.step()
    real = curves(64)
    fake = generator(real[:, : POINTS // 2])
    adversarial = -critic(fake).mean()
    rebuilt = F.l1_loss(fake, real)
    smooth = (fake[:, 2:] - 2 * fake[:, 1:-1] + fake[:, :-2]).pow(2).mean()
    loss_g = 0.05 * adversarial + 10 * rebuilt + 1.0 * smooth
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    if step % 50 == 0:
        print(f"step {step} critic {loss_c.item():.3f} adversarial {adversarial.item():.3f} L1 {rebuilt.item():.3f}")

with torch.no_grad():
    real = curves(500)
    print("METRIC l1", F.l1_loss(generator(real[:, : POINTS // 2])[:, POINTS // 2 :], real[:, POINTS // 2 :]).item())
