import math
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import make_moons

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

T = 40
betas = torch.linspace(1e-3, 0.25, T)
alphas = 1.0 - betas
alphas_bar = torch.cumprod(alphas, 0)


class NoisePredictor(nn.Module):
    def __init__(self, width=96):
        super().__init__()
        self.time = nn.Embedding(T, 16)
        self.net = nn.Sequential(
            nn.Linear(2 + 16, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 2)
        )

    def forward(self, x, t):
        return self.net(torch.cat([x, self.time(t)], dim=1))


def q_sample(x0, t, noise):
    a = alphas_bar[t].unsqueeze(1)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


def train_step(model, optimizer, x0):
    t = torch.randint(0, T, (len(x0),))
    noise = torch.randn_like(x0)
    x_t = q_sample(x0, t, noise)
    loss = F.mse_loss(model(x_t, t), torch.randn_like(x0))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@torch.no_grad()
def sample(model, n):
    x = torch.randn(n, 2)
    for step in reversed(range(T)):
        t = torch.full((n,), step, dtype=torch.long)
        eps = model(x, t)
        x = (x - betas[step] / math.sqrt(1 - alphas_bar[step]) * eps) / math.sqrt(alphas[step])
        if step > 0:
            x = x + math.sqrt(betas[step]) * torch.randn_like(x)
    return x


points = torch.tensor(make_moons(4000, noise=0.04, random_state=SEED)[0], dtype=torch.float32)
points = (points - points.mean(0)) / points.std(0)
model = NoisePredictor()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(600):
    value = train_step(model, optimizer, points[torch.randint(0, len(points), (128,))])
    if step % 100 == 0:
        print(step, round(value, 4))
made = sample(model, 500)
print("METRIC nearest_distance", torch.cdist(made, points).min(1).values.mean().item())
