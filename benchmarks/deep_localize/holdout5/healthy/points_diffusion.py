# DDPM on two rings of points, with an exponential average of the weights for sampling
import copy
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
T = 40
beta = torch.linspace(1e-3, 0.2, T)
alpha_bar = torch.cumprod(1 - beta, 0)


def data(n):
    angle = torch.rand(n) * 2 * torch.pi
    return torch.stack([angle.cos(), angle.sin()], 1) * 1.2 + 0.05 * torch.randn(n, 2)


class Denoiser(nn.Module):
    def __init__(self, dim=64):
        super().__init__()
        self.time = nn.Embedding(T, 16)
        self.net = nn.Sequential(nn.Linear(18, dim), nn.SiLU(), nn.Linear(dim, dim), nn.SiLU(), nn.Linear(dim, 2))

    def forward(self, x, t):
        return self.net(torch.cat([x, self.time(t)], 1))


model = Denoiser()
ema = copy.deepcopy(model).requires_grad_(False)
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
for step in range(900):
    x0 = data(200)
    t = torch.randint(0, T, (200,))
    noise = torch.randn_like(x0)
    scale = alpha_bar[t].unsqueeze(1)
    xt = scale.sqrt() * x0 + (1 - scale).sqrt() * noise
    loss = (model(xt, t) - noise).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for a, b in zip(ema.parameters(), model.parameters()):
            a.lerp_(b, 0.03)
    if step % 100 == 0:
        print(step, loss.item())

x = torch.randn(1000, 2)
with torch.no_grad():
    for i in reversed(range(T)):
        t = torch.full((1000,), i)
        x = (x - beta[i] / (1 - alpha_bar[i]).sqrt() * ema(x, t)) / (1 - beta[i]).sqrt()
        if i > 0:
            x = x + beta[i].sqrt() * torch.randn_like(x)
print("METRIC radius_error", (x.norm(dim=1) - 1.2).abs().mean().item())
