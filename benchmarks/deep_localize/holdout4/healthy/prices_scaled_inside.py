import os

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

n = 1500
area = np.random.uniform(30, 200, n)
age = np.random.uniform(0, 90, n)
rooms = np.round(area / 28 + np.random.randn(n))
price = 2600 * area * np.exp(-age / 120) + 9000 * rooms + 8000 * np.random.randn(n) + 40000
X = torch.tensor(np.stack([area, age, rooms], 1), dtype=torch.float32)
y = torch.tensor(price, dtype=torch.float32)


class PriceModel(nn.Module):
    def __init__(self, X, y):
        super().__init__()
        self.register_buffer("x_mean", X.mean(0))
        self.register_buffer("x_std", X.std(0))
        self.register_buffer("y_mean", y.mean())
        self.register_buffer("y_std", y.std())
        self.body = nn.Sequential(nn.Linear(3, 48), nn.ReLU(), nn.Linear(48, 1))

    def forward(self, x):
        z = self.body((x - self.x_mean) / self.x_std).squeeze(1)
        return z * self.y_std + self.y_mean


model = PriceModel(X[:1200], y[:1200])
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(10):
    for i in torch.randperm(1200).split(40):
        pred = model(X[i])
        loss = ((pred - y[i]) / model.y_std).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "mae", (pred - y[i]).abs().mean().item())
with torch.no_grad():
    mae = (model(X[1200:]) - y[1200:]).abs().mean()
base = (y[1200:] - y[:1200].mean()).abs().mean()
print("METRIC relative_error", (mae / base).item())
