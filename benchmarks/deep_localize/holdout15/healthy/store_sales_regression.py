"""Monthly store sales (hundreds of thousands) from mixed-scale features; normalised, early stopping, best weights restored."""

import copy
import os
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)


@dataclass
class Settings:
    lr: float = 3e-3
    batch_size: int = 64
    max_epochs: int = 30
    patience: int = 6


def stores(n):
    area = np.random.uniform(80, 3000, n)
    people = np.random.lognormal(10, 0.6, n)
    staff = np.random.randint(2, 60, n)
    promo = np.random.rand(n) < 0.3
    month = np.random.randint(0, 12, n)
    season = np.sin(2 * np.pi * month / 12)
    sales = 150 * area + 4 * people + 3000 * staff + 60000 * promo * (1 + season) + 15000 * np.random.randn(n)
    x = np.stack([area, np.log(people), staff, promo, season, np.cos(2 * np.pi * month / 12)], 1)
    return x, sales


cfg = Settings()
x, sales = stores(2000)
train, val, test = slice(0, 1300), slice(1300, 1650), slice(1650, None)
x = (x - x[train].mean(0)) / x[train].std(0)
center, scale = sales[train].mean(), sales[train].std()
x = torch.tensor(x, dtype=torch.float)
y = torch.tensor((sales - center) / scale, dtype=torch.float)

model = nn.Sequential(nn.Linear(6, 64), nn.SiLU(), nn.Linear(64, 32), nn.SiLU(), nn.Linear(32, 1), nn.Flatten(0))
criterion = nn.HuberLoss()
optimizer = torch.optim.AdamW(model.parameters(), lr=cfg.lr, weight_decay=1e-3)
best, best_state, waited = float("inf"), None, 0
for epoch in range(cfg.max_epochs):
    model.train()
    for idx in torch.randperm(1300).split(cfg.batch_size):
        optimizer.zero_grad()
        loss = criterion(model(x[idx]), y[idx])
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        val_loss = criterion(model(x[val]), y[val]).item()
    if val_loss < best - 1e-5:
        best, best_state, waited = val_loss, copy.deepcopy(model.state_dict()), 0
    else:
        waited += 1
        if waited >= cfg.patience:
            print(f"stopping at epoch {epoch}")
            break
model.load_state_dict(best_state)
model.eval()
with torch.no_grad():
    predicted = model(x[test]).numpy() * scale + center
error = np.abs(predicted - sales[test]).mean()
print(f"mean absolute error {error:,.0f}, constant {np.abs(sales[test] - center).mean():,.0f}")
print("METRIC relative_error", round(float(error / np.abs(sales[test] - center).mean()), 4))
