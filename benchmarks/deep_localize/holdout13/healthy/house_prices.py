"""House prices in euros: inputs and targets standardised with training statistics, errors reported in euros."""

import os

import numpy as np
import torch
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def houses(n):
    area = np.random.uniform(30, 250, n)
    year = np.random.uniform(1900, 2020, n)
    distance = np.random.exponential(8000, n)
    rooms = np.round(area / 28 + np.random.randn(n) * 0.7)
    price = 2600 * area * np.exp(-distance / 20000) + 900 * (year - 1900) + 6000 * rooms + 40000
    price *= np.exp(0.05 * np.random.randn(n))
    return np.stack([area, year, distance, rooms], 1), price[:, None]


class Standardised(nn.Module):
    """Works in standard units inside, in euros outside."""

    def __init__(self, mean, scale):
        super().__init__()
        self.register_buffer("mean", torch.as_tensor(mean, dtype=torch.float32))
        self.register_buffer("scale", torch.as_tensor(scale, dtype=torch.float32))
        self.body = nn.Sequential(nn.Linear(4, 48), nn.GELU(), nn.Linear(48, 48), nn.GELU(), nn.Linear(48, 1))

    def forward(self, x):
        return self.body(x)

    def predict(self, x):
        return self.body(x) * self.scale + self.mean


x, price = houses(3000)
x_scaler, y_scaler = StandardScaler().fit(x[:2400]), StandardScaler().fit(price[:2400])
x = torch.tensor(x_scaler.transform(x), dtype=torch.float32)
target = torch.tensor(y_scaler.transform(price), dtype=torch.float32)
euros = torch.tensor(price, dtype=torch.float32)
loader = DataLoader(TensorDataset(x[:2400], target[:2400]), batch_size=64, shuffle=True, drop_last=True)

model = Standardised(y_scaler.mean_, y_scaler.scale_)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2)
for epoch in range(20):
    model.train()
    for xb, yb in loader:
        loss = nn.functional.smooth_l1_loss(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        error = (model.predict(x[2400:]) - euros[2400:]).abs().mean().item()
    plateau.step(error)
    print(f"epoch {epoch} loss {loss.item():.4f} error {error:,.0f}")
relative = error / euros[2400:].mean().item()
print(f"METRIC relative_error {relative:.4f}")
