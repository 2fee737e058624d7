"""Next-hour load forecasting from the previous 24 hours with an LSTM."""

import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

WINDOW = 24


def make_series(hours=2200):
    t = np.arange(hours)
    daily = np.sin(2 * np.pi * t / 24) + 0.5 * np.sin(4 * np.pi * t / 24 + 1.0)
    weekly = 0.4 * np.sin(2 * np.pi * t / 168)
    temp = np.zeros(hours)
    for i in range(1, hours):
        temp[i] = 0.95 * temp[i - 1] + 0.2 * np.random.randn()
    load = daily + weekly + 0.6 * temp + 0.05 * np.random.randn(hours)
    data = np.stack([load, temp], axis=1)
    return data.astype(np.float32)


def windows(data):
    xs, ys = [], []
    for i in range(len(data) - WINDOW):
        xs.append(data[i : i + WINDOW])
        ys.append(data[i + WINDOW, :1])
    return torch.tensor(np.stack(xs)), torch.tensor(np.stack(ys))


class Forecaster(nn.Module):
    def __init__(self, features=2, hidden=32):
        super().__init__()
        self.lstm = nn.LSTM(features, hidden, num_layers=1, batch_first=True)
        self.fc = nn.Linear(hidden, 1)

    def forward(self, x):
        # x: (batch, time, features)
        out, _ = self.lstm(x)
        return self.fc(out[:, -1])


data = make_series()
split = 1700
mean, std = data[:split].mean(0), data[:split].std(0)
data = (data - mean) / std
x_train, y_train = windows(data[:split])
x_test, y_test = windows(data[split:])
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=64, shuffle=True)

model = Forecaster()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
criterion = nn.MSELoss()

for epoch in range(14):
    model.train()
    total = 0.0
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item() * len(xb)
    model.eval()
    with torch.no_grad():
        val = criterion(model(x_test), y_test).item()
    print(f"epoch {epoch + 1:2d}  train mse {total / len(x_train):.4f}  test mse {val:.4f}")

print(f"METRIC test_mse {val:.5f}")
