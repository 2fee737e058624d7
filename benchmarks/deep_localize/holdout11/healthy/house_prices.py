"""Regression of prices in the hundreds of thousands: inputs and targets are standardised, predictions are turned back."""

import os

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Standardiser:
    def fit(self, a):
        self.mean, self.std = a.mean(0), a.std(0)
        return self

    def __call__(self, a):
        return (a - self.mean) / self.std

    def back(self, a):
        return a * self.std + self.mean


n = 2000
area = rng.gamma(6, 20, n)
rooms = np.clip(np.round(area / 30 + rng.normal(0, 1, n)), 1, None)
age = rng.integers(0, 100, n)
km = rng.exponential(8, n)
district = rng.integers(0, 5, n)
factor = np.array([0.8, 1.0, 1.1, 1.4, 1.9])[district]
price = factor * (2500 * area * np.exp(-km / 40) + 8000 * rooms - 600 * age + 30000) + rng.normal(0, 12000, n)
features = np.column_stack([area, rooms, age, km])
split = 1500
sx = Standardiser().fit(features[:split])
sy = Standardiser().fit(price[:split])
x = torch.tensor(np.hstack([sx(features), np.eye(5)[district]]), dtype=torch.float32)
y = torch.tensor(sy(price), dtype=torch.float32).unsqueeze(1)

net = nn.Sequential(nn.Linear(9, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))
opt = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-3)
best, best_state, patience = float("inf"), None, 0
val = slice(1250, split)
for epoch in range(60):
    net.train()
    for idx in torch.randperm(1250).split(50):
        loss = nn.functional.huber_loss(net(x[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        v = nn.functional.mse_loss(net(x[val]), y[val]).item()
    if v < best:
        best, patience = v, 0
        best_state = {k: t.clone() for k, t in net.state_dict().items()}
    else:
        patience += 1
        if patience >= 10:
            break
print(f"stopped after {epoch + 1} epochs, validation {best:.4f}")
net.load_state_dict(best_state)
with torch.no_grad():
    predicted = sy.back(net(x[split:]).squeeze(1).double().numpy())
mape = np.mean(np.abs(predicted - price[split:])) / price[split:].mean()
print("METRIC relative_mae", round(float(mape), 4))
