"""Denoising diffusion of points on a ring; an average of the weights draws the samples."""

import copy
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

T = 40
beta = torch.linspace(1e-3, 0.2, T)
alpha = 1 - beta
alpha_bar = alpha.cumprod(0)


def ring(n):
    angle = 6.2832 * torch.rand(n)
    return 1.5 * torch.stack([angle.cos(), angle.sin()], 1) + 0.05 * torch.randn(n, 2)


class Denoiser(nn.Module):
    def __init__(self, width=96):
        super().__init__()
        self.time = nn.Embedding(T, 16)
        self.net = nn.Sequential(
            nn.Linear(18, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 2)
        )

    def forward(self, x, t):
        return self.net(torch.cat([x, self.time(t)], 1))


model = Denoiser()
ema = copy.deepcopy(model).requires_grad_(False)
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
for step in range(1000):
    x0, t, noise = ring(256), torch.randint(0, T, (256,)), torch.randn(256, 2)
    a = alpha_bar[t][:, None]
    loss = (model(a.sqrt() * x0 + (1 - a).sqrt() * noise, t) - noise).square().mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for p, e in zip(model.parameters(), ema.parameters(), strict=True):
            e.mul_(0.99).add_(p, alpha=0.01)
    if step % 200 == 0:
        print(f"step {step} loss {loss.item():.3f}")

with torch.no_grad():
    x = torch.randn(1000, 2)
    for t in reversed(range(T)):
        eps = ema(x, torch.full((1000,), t))
        x = (x - beta[t] / (1 - alpha_bar[t]).sqrt() * eps) / alpha[t].sqrt()
        if t > 0:
            x = x + beta[t].sqrt() * torch.randn_like(x)
    off = (x.norm(dim=1) - 1.5).abs().mean().item()
print("METRIC off", off)
