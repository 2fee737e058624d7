"""Denoising diffusion on two moons, a small MLP with sinusoidal time embedding."""

import math
import os

import torch
import torch.nn as nn
from sklearn.datasets import make_moons

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

points, _ = make_moons(4000, noise=0.04, random_state=SEED)
data = torch.tensor(points, dtype=torch.float32)
data = (data - data.mean(0)) / data.std(0)

T = 60
betas = torch.linspace(1e-3, 0.12, T)
alphas = 1 - betas
alphas_bar = torch.cumprod(alphas, 0)


def q_sample(x0, t, noise=None):
    if noise is None:
        noise = torch.randn_like(x0)
    ab = alphas_bar[t][:, None]
    return ab.sqrt() * x0 + (1 - ab).sqrt() * noise


class Denoiser(nn.Module):
    def __init__(self, hidden=96, time_dim=16):
        super().__init__()
        self.register_buffer("freqs", torch.exp(-math.log(100.0) * torch.arange(time_dim // 2) / (time_dim // 2)))
        self.inp = nn.Linear(2 + time_dim, hidden)
        self.mid = nn.Linear(hidden, hidden)
        self.mid2 = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, 2)

    def forward(self, x, t):
        angle = t[:, None].float() * self.freqs
        h = torch.cat([x, angle.sin(), angle.cos()], 1)
        h = nn.functional.silu(self.inp(h))
        h = h + nn.functional.silu(self.mid(h))
        h = h + nn.functional.silu(self.mid2(h))
        return self.out(h)


def p_losses(model, x0):
    t = torch.randint(T, (len(x0),))
    noise = torch.randn_like(x0)
    x_t = q_sample(x0, t, noise)
    return nn.functional.mse_loss(model(x_t, t), noise)


@torch.no_grad()
def sample(model, n):
    x = torch.randn(n, 2)
    for step in reversed(range(T)):
        t = torch.full((n,), step)
        eps = model(x, t)
        x = (x - betas[step] / (1 - alphas_bar[step]).sqrt() * eps) / alphas[step].sqrt()
        if step > 0:
            x = x + betas[step].sqrt() * torch.randn_like(x)
    return x


model = Denoiser()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for step in range(1200):
    batch = data[torch.randint(len(data), (256,))]
    loss = p_losses(model, batch)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 200 == 199:
        print(f"step {step + 1} loss {loss.item():.3f}")

generated = sample(model, 500)
distance = torch.cdist(generated, data).min(1).values.mean().item()
print("METRIC distance_to_data", distance)
