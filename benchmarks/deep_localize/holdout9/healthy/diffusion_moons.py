"""Denoising diffusion on two moons; the loss falls to a level far above zero and stays, as it should."""

import copy
import math
import os

import torch
import torch.nn as nn

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)
torch.set_num_threads(1)

STEPS = 50
betas = torch.linspace(1e-4, 0.2, STEPS)
alpha_bar = torch.cumprod(1 - betas, 0)
angle = math.pi * torch.rand(3000, 1)
upper = torch.cat([angle.cos(), angle.sin()], dim=1)
lower = torch.cat([1 - angle.cos(), 0.5 - angle.sin()], dim=1)
points = torch.where(torch.rand(3000, 1) < 0.5, upper, lower) + 0.05 * torch.randn(3000, 2)
points = (points - points.mean(0)) / points.std(0)


class NoisePredictor(nn.Module):
    def __init__(self, width=96):
        super().__init__()
        self.time = nn.Embedding(STEPS, 16)
        self.net = nn.Sequential(
            nn.Linear(18, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 2)
        )
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x, t):
        return self.net(torch.cat([x, self.time(t)], dim=1))


model = NoisePredictor()
ema = copy.deepcopy(model).requires_grad_(False)
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
total = 2000
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, total)

for step in range(total):
    x0 = points[torch.randint(len(points), (128,))]
    t = torch.randint(STEPS, (128,))
    noise = torch.randn_like(x0)
    a = alpha_bar[t].unsqueeze(1)
    loss = (model(a.sqrt() * x0 + (1 - a).sqrt() * noise, t) - noise).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    with torch.no_grad():
        for e, p in zip(ema.parameters(), model.parameters()):
            e.lerp_(p, 0.01)
    if step % 300 == 0:
        print(f"{step}: {loss.item():.4f}")

with torch.no_grad():
    x = torch.randn(500, 2)
    for t in reversed(range(STEPS)):
        eps = ema(x, torch.full((500,), t))
        x = (x - betas[t] / (1 - alpha_bar[t]).sqrt() * eps) / (1 - betas[t]).sqrt()
        if t > 0:
            x = x + betas[t].sqrt() * torch.randn_like(x)
    gap = torch.cdist(x, points).min(1).values.mean()
print("METRIC gap", gap.item())
