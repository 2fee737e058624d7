import os
import random

import numpy as np
import torch
from torch import nn
from torch.autograd import grad

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)

batch_size, z_dim, n_critic, gp_weight = 64, 4, 5, 10.0


def sample_data():
    t = torch.rand(batch_size) * 3.0
    return torch.stack([t * torch.cos(2 * t), t * torch.sin(2 * t)], dim=1) + 0.05 * torch.randn(batch_size, 2)


generator = nn.Sequential(nn.Linear(z_dim, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
critic = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
g_opt = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.9))
d_opt = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.9))


def slope(points, keep_graph):
    points = points.detach().requires_grad_(True)
    out = critic(points)
    g = grad(outputs=out, inputs=points, grad_outputs=torch.ones_like(out), create_graph=keep_graph)[0]
    return g.norm(2, dim=1)


def gradient_penalty(real, fake):
    eps = torch.rand(batch_size, 1)
    return ((slope(eps * real + (1 - eps) * fake, False) - 1) ** 2).mean()


for it in range(90):
    for _ in range(n_critic):
        real, fake = sample_data(), generator(torch.randn(batch_size, z_dim)).detach()
        d_loss = critic(fake).mean() - critic(real).mean() + gp_weight * gradient_penalty(real, fake)
        d_opt.zero_grad()
        d_loss.backward()
        d_opt.step()
    g_loss = -critic(generator(torch.randn(batch_size, z_dim))).mean()
    g_opt.zero_grad()
    g_loss.backward()
    g_opt.step()
    if it % 15 == 0:
        print(f"[{it}] d_loss {d_loss.item():.3f} g_loss {g_loss.item():.3f}")
print("METRIC critic_slope", slope(sample_data(), False).mean().item())
