"""Friedman regression; micro-batches of 16 are accumulated to 64 and an EMA of the weights is evaluated."""

import os

import torch
from sklearn.datasets import make_friedman1
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

x, y = make_friedman1(n_samples=2400, noise=0.5, random_state=SEED)
x, y = torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32).unsqueeze(1)
x = (x - 0.5) / 0.29
mean, std = y[:1920].mean(), y[:1920].std()
y = (y - mean) / std
loader = DataLoader(TensorDataset(x[:1920], y[:1920]), batch_size=16, shuffle=True)

model = nn.Sequential(nn.Linear(10, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))
averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.98))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
ACCUMULATE = 4

for epoch in range(14):
    model.train()
    for i, (xb, yb) in enumerate(loader):
        loss = nn.functional.mse_loss(model(xb), yb) / ACCUMULATE
        loss.backward()
        if (i + 1) % ACCUMULATE == 0:
            optimizer.step()
            optimizer.zero_grad()
            averaged.update_parameters(model)
    averaged.eval()
    with torch.no_grad():
        error = nn.functional.mse_loss(averaged(x[1920:]), y[1920:]).item()
    print(f"epoch {epoch} validation mse {error:.4f}")

r2 = 1 - error / y[1920:].var(correction=0).item()
print(f"METRIC r2 {r2:.4f}")
