"""One-step-ahead forecast of a seasonal series with an LSTM; windows are scaled with the training statistics."""

import os

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

WINDOW = 24


def make_series(length=900):
    t = np.arange(length)
    series = 50 + 10 * np.sin(2 * np.pi * t / 12) + 6 * np.sin(2 * np.pi * t / 7 + 1)
    noise = np.zeros(length)
    for i in range(1, length):
        noise[i] = 0.5 * noise[i - 1] + np.random.normal(0, 1.0)
    return series + noise


def windows(values):
    inputs = np.stack([values[i : i + WINDOW] for i in range(len(values) - WINDOW)])
    return torch.tensor(inputs, dtype=torch.float32).unsqueeze(-1), torch.tensor(values[WINDOW:], dtype=torch.float32)


class Forecaster(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.linear = nn.Linear(hidden, 1)

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.linear(output[:, -1]).squeeze(-1)


series = make_series()
split = 700
mean, std = series[:split].mean(), series[:split].std()
scaled = (series - mean) / std
train_x, train_y = windows(scaled[:split])
test_x, test_y = windows(scaled[split - WINDOW :])

model = Forecaster()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(15):
    model.train()
    losses = []
    for rows in torch.randperm(len(train_x)).split(32):
        optimizer.zero_grad()
        loss = criterion(model(train_x[rows]), train_y[rows])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1} train mse {np.mean(losses):.4f}")

model.eval()
with torch.no_grad():
    error = (model(test_x) - test_y).pow(2)
r2 = 1 - error.mean().item() / test_y.var(unbiased=False).item()
print(f"METRIC r2 {r2:.4f}")
