"""Forecast the next three hours of traffic from the last twelve with a GRU."""

import os

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

PAST, AHEAD = 12, 3


def counts(hours):
    t = np.arange(hours)
    day = np.sin(2 * np.pi * t / 24) + 0.5 * np.sin(4 * np.pi * t / 24 + 1)
    week = 0.4 * np.cos(2 * np.pi * t / 168)
    return 500 + 200 * (day + week) + 20 * np.random.randn(hours)


class Forecaster(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.gru = nn.GRU(1, hidden, batch_first=True)
        self.head = nn.Linear(hidden, AHEAD)

    def forward(self, x):
        _, h = self.gru(x)
        return self.head(h[-1])


series = counts(900)
cut = 700
mean, std = series[:cut].mean(), series[:cut].std()
scaled = torch.tensor((series - mean) / std, dtype=torch.float)
windows = scaled.unfold(0, PAST + AHEAD, 1)
train, test = windows[: cut - PAST - AHEAD], windows[cut:]
model = Forecaster()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=3)
for epoch in range(15):
    model.train()
    total = 0.0
    for idx in torch.randperm(len(train)).split(32):
        batch = train[idx]
        loss = nn.functional.mse_loss(model(batch[:, :PAST, None]), batch[:, PAST:])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item() * len(idx)
    plateau.step(total / len(train))
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} mse {total / len(train):.4f}")
model.eval()
with torch.no_grad():
    mse = nn.functional.mse_loss(model(test[:, :PAST, None]), test[:, PAST:]).item()
print("METRIC test_mse", round(mse, 4))
