"""Forecast a noisy oscillation some steps ahead from a window of its past with an LSTM."""

import os
import random

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

WINDOW = 24
HORIZON = 6


def make_windows(n, rng):
    period = rng.uniform(8, 20, (n, 1))
    phase = rng.uniform(0, 2 * np.pi, (n, 1))
    t = np.arange(WINDOW + HORIZON)
    series = np.sin(2 * np.pi * t / period + phase) + rng.normal(0, 0.05, (n, len(t)))
    series = torch.tensor(series, dtype=torch.float32)
    return series[:, :WINDOW].unsqueeze(-1), series[:, -1:]


class Forecaster(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.lstm = nn.LSTM(input_size=1, hidden_size=hidden, batch_first=True)
        self.linear = nn.Linear(hidden, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.linear(out[:, -1])


def fit(model, x, y, steps=450, batch=64):
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    criterion = nn.MSELoss()
    model.train()
    for step in range(steps):
        idx = torch.randint(len(x), (batch,))
        optimizer.zero_grad()
        loss = criterion(model(x[idx]), y[idx])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step}: {loss.item():.4f}")


def score(model, x, y):
    model.eval()
    with torch.no_grad():
        return nn.functional.mse_loss(model(x), y).item()


def main():
    rng = np.random.default_rng(SEED)
    x_train, y_train = make_windows(3000, rng)
    x_test, y_test = make_windows(500, rng)
    model = Forecaster()
    fit(model, x_train, y_train)
    print("METRIC mse", score(model, x_test, y_test))


if __name__ == "__main__":
    main()
