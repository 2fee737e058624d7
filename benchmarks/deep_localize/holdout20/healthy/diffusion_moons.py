"""A denoising diffusion model that learns to draw two moons."""

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

STEPS = 40
beta = torch.linspace(1e-3, 0.2, STEPS)
alpha = 1 - beta
alpha_bar = alpha.cumprod(0)


class Denoiser(nn.Module):
    def __init__(self, width=96):
        super().__init__()
        self.time = nn.Embedding(STEPS, 16)
        self.net = nn.Sequential(
            nn.Linear(18, width),
            nn.SiLU(),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Linear(width, 2),
        )

    def forward(self, x, t):
        return self.net(torch.cat([x, self.time(t)], -1))


def moons(n, seed):
    x, _ = make_moons(n, noise=0.04, random_state=seed)
    return (torch.tensor(x, dtype=torch.float32) - torch.tensor([0.5, 0.25])) * 1.5


data = moons(4000, SEED)
model = Denoiser()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=6e-3, total_steps=900)
average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.99))

for step in range(900):
    x0 = data[torch.randint(len(data), (192,))]
    t = torch.randint(STEPS, (192,))
    noise = torch.randn_like(x0)
    keep = alpha_bar[t].unsqueeze(1)
    xt = keep.sqrt() * x0 + (1 - keep).sqrt() * noise
    loss = (model(xt, t) - noise).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    average.update_parameters(model)
    if step % 200 == 0:
        print(f"step {step} loss {loss.item():.3f}")


@torch.no_grad()
def sample(n):
    x = torch.randn(n, 2)
    for t in reversed(range(STEPS)):
        guess = average(x, torch.full((n,), t))
        x = (x - beta[t] / (1 - alpha_bar[t]).sqrt() * guess) / alpha[t].sqrt()
        if t > 0:
            x = x + beta[t].sqrt() * torch.randn_like(x)
    return x


drawn, real = sample(600), moons(600, SEED + 5)
energy = 2 * torch.cdist(drawn, real).mean() - torch.cdist(drawn, drawn).mean() - torch.cdist(real, real).mean()
print("METRIC energy_distance", energy.item())
