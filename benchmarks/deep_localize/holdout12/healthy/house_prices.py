"""House price regression: log prices, standardised inputs and targets, Huber loss."""

import os

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def houses(n):
    area = rng.lognormal(4.6, 0.35, n)
    age = rng.uniform(0, 90, n)
    distance = rng.gamma(2.0, 4.0, n)
    rooms = np.clip(np.round(area / 28 + rng.normal(0, 0.7, n)), 1, 9)
    garden = rng.random(n) < 0.4
    price = 2500 * area**0.9 * np.exp(-0.04 * distance - 0.25 * np.sin(age / 90 * np.pi)) * (1 + 0.12 * garden)
    price *= np.exp(rng.normal(0, 0.08, n) + (rng.random(n) < 0.02) * rng.normal(0, 1, n))
    return np.stack([area, age, distance, rooms, garden], 1).astype(np.float32), np.log(price).astype(np.float32)


x, y = houses(1200)
x_val, y_val = houses(400)
mu, sd, y_mu, y_sd = x.mean(0), x.std(0), y.mean(), y.std()
x, x_val = (torch.from_numpy((a - mu) / sd) for a in (x, x_val))
y, y_val = (torch.from_numpy((a - y_mu) / y_sd) for a in (y, y_val))

model = nn.Sequential(nn.Linear(5, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.3, patience=3)
loss_fn = nn.HuberLoss(delta=0.5)

for epoch in range(20):
    model.train()
    for idx in torch.randperm(len(x)).split(50):
        loss = loss_fn(model(x[idx]).squeeze(-1), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        pred = model(x_val).squeeze(-1)
        val = loss_fn(pred, y_val).item()
    scheduler.step(val)
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} val loss {val:.4f} lr {optimizer.param_groups[0]['lr']:.1e}")

typical = ((pred - y_val).abs().median() * float(y_sd)).item()
print(f"METRIC median_log_error {typical:.4f}")
