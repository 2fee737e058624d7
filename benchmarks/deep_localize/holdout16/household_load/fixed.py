"""One-step-ahead forecasts of household load with an LSTM."""

import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)

WINDOW = 24
HOUSES = 60


def make_series(length=120):
    t = np.arange(length)
    series = []
    for _ in range(HOUSES):
        phase, phase2 = rng.uniform(0, 2 * np.pi, size=2)
        period = rng.uniform(7, 12)
        load = np.sin(2 * np.pi * t / period + phase) + 0.4 * np.sin(2 * np.pi * t / 24 + phase2)
        series.append(load + 0.05 * rng.normal(size=length))
    return np.stack(series).astype("float32")


def windows(series):
    xs, ys = [], []
    for start in range(0, series.shape[1] - WINDOW, 2):
        xs.append(series[:, start : start + WINDOW])
        ys.append(series[:, start + WINDOW])
    return torch.tensor(np.concatenate(xs)).unsqueeze(-1), torch.tensor(np.concatenate(ys)).unsqueeze(-1)


class LoadForecaster(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.lstm = nn.LSTM(input_size=1, hidden_size=hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


data = make_series()
mean, std = data[:48].mean(), data[:48].std()
data = (data - mean) / std
x_train, y_train = windows(data[:48])
x_val, y_val = windows(data[48:])
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=64, shuffle=True)

model = LoadForecaster()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
criterion = nn.MSELoss()

for epoch in range(8):
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
        val = criterion(model(x_val), y_val).item()
    print(f"epoch {epoch} train {total / len(x_train):.4f} val {val:.4f}")

print(f"METRIC val_mse {val:.5f}")
