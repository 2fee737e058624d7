"""Forecasts the pressure of a pump from the last 30 readings of two sensors."""

import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class PumpWindows(Dataset):
    """Independent stretches of a damped oscillation with unknown period; the target is three readings ahead."""

    def __init__(self, n, seed, length=30, ahead=3):
        rng = np.random.default_rng(seed)
        t = np.arange(length + ahead)
        period = rng.uniform(6, 16, (n, 1))
        phase = rng.uniform(0, 2 * np.pi, (n, 1))
        level = rng.normal(0, 0.5, (n, 1))
        pressure = level + np.sin(2 * np.pi * t / period + phase)
        valve = np.cos(2 * np.pi * t / period + phase) * 0.5 + rng.normal(0, 0.5, pressure.shape)
        x = np.stack([pressure + rng.normal(0, 0.05, pressure.shape), valve], -1)[:, :length]
        self.x = torch.tensor(x, dtype=torch.float32)
        self.y = torch.tensor(pressure[:, -1:], dtype=torch.float32)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


class PumpLSTM(nn.Module):
    def __init__(self, n_features=2, n_hidden=32):
        super().__init__()
        self.lstm = nn.LSTM(n_features, n_hidden, batch_first=True)
        self.linear = nn.Linear(n_hidden, 1)

    def forward(self, x):
        h, _ = self.lstm(x)
        return self.linear(h[:, -1])


train_set, test_set = PumpWindows(1500, SEED), PumpWindows(400, SEED + 77)
loader = DataLoader(train_set, batch_size=50, shuffle=True)
model = PumpLSTM()
loss_fn = nn.MSELoss()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(18):
    model.train()
    losses = []
    for x, y in loader:
        loss = loss_fn(model(x), y)
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        losses.append(loss.item())
    if epoch % 3 == 0:
        print(f"{epoch:2d} {np.mean(losses):.4f}")

model.eval()
with torch.no_grad():
    predictions = model(test_set.x)
r2 = 1 - ((predictions - test_set.y) ** 2).mean() / test_set.y.var()
print("METRIC r2", r2.item())
