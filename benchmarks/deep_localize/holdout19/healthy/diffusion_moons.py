"""Denoising diffusion of two moons with an averaged copy of the weights for sampling."""

import copy
import os
import random

import numpy as np
import torch
from sklearn.datasets import make_moons
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

T = 40
betas = torch.linspace(1e-3, 0.2, T)
alphas = 1 - betas
alpha_bar = torch.cumprod(alphas, dim=0)


class Denoiser(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.time = nn.Embedding(T, width)
        self.inp = nn.Linear(2, width)
        self.mid = nn.Linear(width, width)
        self.out = nn.Linear(width, 2)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x, t):
        h = torch.nn.functional.silu(self.inp(x) + self.time(t))
        h = h + torch.nn.functional.silu(self.mid(h))
        return self.out(h)


@torch.no_grad()
def update_average(average, model, decay):
    for a, m in zip(average.parameters(), model.parameters()):
        a.mul_(decay).add_(m, alpha=1 - decay)


@torch.no_grad()
def sample(model, n):
    x = torch.randn(n, 2)
    for t in reversed(range(T)):
        eps = model(x, torch.full((n,), t))
        x = (x - betas[t] / (1 - alpha_bar[t]).sqrt() * eps) / alphas[t].sqrt()
        if t > 0:
            x = x + betas[t].sqrt() * torch.randn_like(x)
    return x


def energy_distance(x, y):
    return (2 * torch.cdist(x, y).mean() - torch.cdist(x, x).mean() - torch.cdist(y, y).mean()).item()


def moons(n, seed):
    points, _ = make_moons(n, noise=0.05, random_state=seed)
    points = (points - np.array([0.5, 0.25])) / np.array([0.87, 0.5])
    return torch.tensor(points, dtype=torch.float32)


data = moons(2000, SEED)
model = Denoiser()
average = copy.deepcopy(model).requires_grad_(False)
optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-4)

losses = []
for step in range(1000):
    x0 = data[torch.randint(0, len(data), (128,))]
    t = torch.randint(0, T, (128,))
    noise = torch.randn_like(x0)
    ab = alpha_bar[t].unsqueeze(1)
    noisy = ab.sqrt() * x0 + (1 - ab).sqrt() * noise
    loss = (model(noisy, t) - noise).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    update_average(average, model, min(0.99, step / (step + 10)))
    losses.append(loss.item())
    if step % 250 == 249:
        print(f"step {step + 1} loss {np.mean(losses[-100:]):.4f}")

print("METRIC energy_distance", energy_distance(sample(average, 1000), moons(1000, SEED + 1)))
