"""Denoising diffusion on a 2-D swiss roll; loss floor is high since noise cannot be guessed. EMA weights sample."""

import copy
import math
import os

import torch
import torch.nn as nn
from sklearn.datasets import make_swiss_roll

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)
torch.set_num_threads(1)

X, _ = make_swiss_roll(5000, noise=0.3, random_state=seed)
X = torch.tensor(X[:, [0, 2]], dtype=torch.float32) / 7.0
STEPS = 50
s = torch.arange(STEPS + 1) / STEPS
abar = torch.cos((s + 0.008) / 1.008 * math.pi / 2) ** 2
abar = abar / abar[0]
beta = (1 - abar[1:] / abar[:-1]).clamp(max=0.999)
alpha = 1 - beta
abar = alpha.cumprod(0)


class Denoiser(nn.Module):
    def __init__(self, h=96):
        super().__init__()
        self.register_buffer("freq", torch.exp(torch.linspace(0, 4, 8)))
        self.inp = nn.Linear(2, h)
        self.t = nn.Linear(16, h)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(h), nn.Linear(h, h), nn.SiLU(), nn.Linear(h, h)) for _ in range(3)
        )
        self.out = nn.Linear(h, 2)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x, t):
        a = t.float().unsqueeze(1) / STEPS * self.freq
        h = self.inp(x) + self.t(torch.cat([a.sin(), a.cos()], 1))
        for b in self.blocks:
            h = h + b(h)
        return self.out(h)


model = Denoiser()
ema = copy.deepcopy(model).eval()
opt = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.0)
warm = torch.optim.lr_scheduler.LambdaLR(
    opt, lambda i: min(1, (i + 1) / 50) * (0.5 + 0.5 * math.cos(math.pi * i / 480))
)
for it in range(480):
    x0 = X[torch.randint(len(X), (256,))]
    t = torch.randint(0, STEPS, (256,))
    eps = torch.randn_like(x0)
    ab = abar[t].unsqueeze(1)
    xt = ab.sqrt() * x0 + (1 - ab).sqrt() * eps
    loss = (model(xt, t) - eps).square().mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    warm.step()
    with torch.no_grad():
        for p, q in zip(ema.parameters(), model.parameters()):
            p.lerp_(q, 0.02)
    if it % 100 == 0:
        print(it, round(loss.item(), 4))

with torch.no_grad():
    x = torch.randn(1000, 2)
    for i in reversed(range(STEPS)):
        t = torch.full((1000,), i)
        e = ema(x, t)
        x = (x - beta[i] / (1 - abar[i]).sqrt() * e) / alpha[i].sqrt()
        if i:
            x = x + beta[i].sqrt() * torch.randn_like(x)
    d = torch.cdist(x, X).min(1).values.mean().item()
    back = torch.cdist(X[:1000], x).min(1).values.mean().item()
    ref = torch.cdist(torch.randn(1000, 2) * X.std(0) + X.mean(0), X).min(1).values.mean().item()
print("gaussian reference", round(ref, 4), "coverage", round(back, 4))
print("METRIC nearest_distance", round(d, 4))
print("METRIC good", float(d < 0.6 * ref and back < 0.12))
