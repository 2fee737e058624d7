"""Denoising diffusion on two crescents, with an exponential average of the weights for sampling."""

import copy
import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
T = 60
betas = torch.linspace(1e-3, 0.12, T)
alphas = 1 - betas
alpha_bar = torch.cumprod(alphas, 0)


def crescents(n):
    t = torch.rand(n) * math.pi
    upper = torch.rand(n) < 0.5
    x = torch.where(upper, t.cos(), 1 - t.cos()) - 0.5
    y = torch.where(upper, t.sin(), 0.5 - t.sin()) - 0.25
    return (torch.stack([x, y], 1) + 0.05 * torch.randn(n, 2)) * torch.tensor([1.15, 2.0])


class NoisePredictor(nn.Module):
    def __init__(self, dim=32, hidden=96):
        super().__init__()
        self.register_buffer("frequencies", torch.exp(torch.linspace(0, 3.5, dim // 2)))
        self.time = nn.Linear(dim, hidden)
        self.inp = nn.Linear(2, hidden)
        self.mid = nn.Linear(hidden, hidden)
        self.mid2 = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, 2)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x, t):
        phase = (t.float() / T).unsqueeze(1) * self.frequencies
        h = F.silu(self.inp(x) + self.time(torch.cat([phase.sin(), phase.cos()], 1)))
        h = h + F.silu(self.mid(h))
        h = h + F.silu(self.mid2(h))
        return self.out(h)


@torch.no_grad()
def sample(model, n):
    x = torch.randn(n, 2)
    for t in reversed(range(T)):
        eps = model(x, torch.full((n,), t))
        x = (x - betas[t] / (1 - alpha_bar[t]).sqrt() * eps) / alphas[t].sqrt()
        if t > 0:
            x = x + betas[t].sqrt() * torch.randn_like(x)
    return x


model = NoisePredictor()
ema = copy.deepcopy(model).eval().requires_grad_(False)
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-4)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=1100)

average = None
for step in range(1100):
    x0 = crescents(256)
    t = torch.randint(0, T, (256,))
    noise = torch.randn_like(x0)
    xt = alpha_bar[t].sqrt().unsqueeze(1) * x0 + (1 - alpha_bar[t]).sqrt().unsqueeze(1) * noise
    loss = F.mse_loss(model(xt, t), noise)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    with torch.no_grad():
        for p, q in zip(ema.parameters(), model.parameters()):
            p.lerp_(q, 0.01)
    average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
    if step % 200 == 0:
        print(f"step {step} loss {average:.4f} lr {scheduler.get_last_lr()[0]:.5f}")

a, b = sample(ema, 2000), crescents(2000)
angles = torch.linspace(0, math.pi, 33)[:-1]
directions = torch.stack([angles.cos(), angles.sin()])
gap = ((a @ directions).sort(0).values - (b @ directions).sort(0).values).abs().mean().item()
print(f"METRIC sliced_wasserstein {gap:.4f}")
