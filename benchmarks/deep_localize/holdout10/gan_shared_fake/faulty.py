"""A GAN for a small two-dimensional distribution, with an EMA of the generator's weights for sampling."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

NOISE, BATCH, STEPS = 4, 128, 700


def real_batch(n):
    """A tilted ellipse off the origin."""
    z = torch.randn(n, 2) * torch.tensor([1.0, 0.35])
    mix = torch.tensor([[0.8, 0.6], [-0.6, 0.8]])
    return z @ mix + torch.tensor([2.5, -1.5])


generator = nn.Sequential(
    nn.Linear(NOISE, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 2)
)
critic = nn.Sequential(nn.Linear(2, 48), nn.LeakyReLU(0.2), nn.Linear(48, 48), nn.LeakyReLU(0.2), nn.Linear(48, 1))
ema = copy.deepcopy(generator).requires_grad_(False)
opt_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.99))
opt_c = torch.optim.Adam(critic.parameters(), lr=2e-3, betas=(0.5, 0.99))


def critic_loss(real, fake):
    penalty = 0.0
    real = real.requires_grad_(True)
    score = critic(real)
    (grad,) = torch.autograd.grad(score.sum(), real, create_graph=True)
    penalty = 0.5 * grad.square().sum(1).mean()
    return F.softplus(-score).mean() + F.softplus(critic(fake)).mean() + penalty


def distance():
    """Of means and covariances."""
    with torch.no_grad():
        made, real = ema(torch.randn(4000, NOISE)), real_batch(4000)
    gap = (made.mean(0) - real.mean(0)).norm() + (torch.cov(made.T) - torch.cov(real.T)).norm()
    return gap.item()


for step in range(1, STEPS + 1):
    fake = generator(torch.randn(BATCH, NOISE)).detach()
    loss_c = critic_loss(real_batch(BATCH), fake)
    opt_c.zero_grad()
    loss_c.backward()
    opt_c.step()

    loss_g = F.softplus(-critic(fake)).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()

    with torch.no_grad():
        for slow, fast in zip(ema.parameters(), generator.parameters()):
            slow.lerp_(fast, 0.02)
    if step % 100 == 0:
        print(f"step {step} critic {loss_c.item():.3f} generator {loss_g.item():.3f} distance {distance():.3f}")

print("METRIC distance", distance())
