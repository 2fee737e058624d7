"""Denoising diffusion on a 2-D spiral with an exponential moving average of the weights."""

import copy
import math
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

T, BATCH, STEPS = 40, 192, 1200

betas = torch.linspace(1e-3, 0.2, T)
alphas = 1 - betas
alpha_bar = torch.cumprod(alphas, dim=0)


def spiral(n):
    r = torch.rand(n).sqrt()
    angle = 3 * math.pi * r
    points = torch.stack([r * angle.cos(), r * angle.sin()], dim=1) * 2
    return points + 0.03 * torch.randn(n, 2)


class Denoiser(nn.Module):
    def __init__(self, hidden=96):
        super().__init__()
        self.time_embed = nn.Embedding(T, hidden)
        self.inp = nn.Linear(2, hidden)
        self.blocks = nn.ModuleList(nn.Sequential(nn.SiLU(), nn.Linear(hidden, hidden)) for _ in range(3))
        self.out = nn.Linear(hidden, 2)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x, t):
        h = self.inp(x)
        emb = self.time_embed(t)
        for block in self.blocks:
            h = h + block(h + emb)
        return self.out(h)


model = Denoiser()
ema = copy.deepcopy(model).requires_grad_(False)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)

running = None
for step in range(1, STEPS + 1):
    x0 = spiral(BATCH)
    t = torch.randint(0, T, (BATCH,))
    noise = torch.randn_like(x0)
    a = alpha_bar[t].unsqueeze(1)
    loss = (model(a.sqrt() * x0 + (1 - a).sqrt() * noise, t) - noise).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    with torch.no_grad():
        for e, p in zip(ema.parameters(), model.parameters()):
            e.lerp_(p, 0.02)
    running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
    if step % 300 == 0:
        print(f"step {step} loss {running:.4f}")


@torch.no_grad()
def sample(n):
    x = torch.randn(n, 2)
    for i in reversed(range(T)):
        eps = ema(x, torch.full((n,), i))
        x = (x - betas[i] / (1 - alpha_bar[i]).sqrt() * eps) / alphas[i].sqrt()
        if i > 0:
            x = x + betas[i].sqrt() * torch.randn_like(x)
    return x


generated, real = sample(800), spiral(800)
nearest = torch.cdist(generated, real).min(1)[0].mean() + torch.cdist(real, generated).min(1)[0].mean()
print(f"METRIC chamfer {nearest.item():.4f}")
