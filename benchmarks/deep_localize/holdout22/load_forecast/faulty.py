"""One-step-ahead forecast of hourly electricity load with an LSTM."""

import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

WINDOW = 24
HIDDEN = 24
BATCH_SIZE = 64
NUM_EPOCHS = 10


def hourly_load(hours):
    t = np.arange(hours)
    daily = np.sin(2 * np.pi * t / 24) + 0.4 * np.sin(4 * np.pi * t / 24 + 0.7)
    weekly = 0.5 * np.sin(2 * np.pi * t / 168)
    noise = np.zeros(hours)
    for i in range(1, hours):
        noise[i] = 0.6 * noise[i - 1] + 0.08 * np.random.randn()
    return (daily + weekly + noise).astype(np.float32)


def windows(series):
    xs = np.stack([series[i : i + WINDOW] for i in range(len(series) - WINDOW)])
    ys = series[WINDOW:]
    return torch.tensor(xs).unsqueeze(-1), torch.tensor(ys).unsqueeze(-1)


class LoadLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, HIDDEN, batch_first=True)
        self.fc = nn.Linear(HIDDEN, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1])


series = hourly_load(2200)
split = 1800
mean, std = series[:split].mean(), series[:split].std()
series = (series - mean) / std
X_train, y_train = windows(series[:split])
X_val, y_val = windows(series[split - WINDOW :])

model = LoadLSTM()
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

for epoch in range(NUM_EPOCHS):
    model.train()
    order = torch.randperm(len(X_train))
    total = 0.0
    for start in range(0, len(order), BATCH_SIZE):
        idx = order[start : start + BATCH_SIZE]
        prediction = model(X_train[idx])
        loss = loss_fn(prediction, y_train[idx])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(idx)
    print("epoch", epoch, "train mse", round(total / len(order), 4))

model.eval()
with torch.no_grad():
    val_mse = loss_fn(model(X_val), y_val).item()
print("METRIC val_mse", val_mse)
