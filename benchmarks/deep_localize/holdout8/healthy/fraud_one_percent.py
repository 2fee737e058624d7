"""One payment in a hundred is fraud; a weighted loss makes up for it."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)


def payments(n):
    x = rng.normal(size=(n, 10))
    score = 1.5 * x[:, 0] * x[:, 1] + x[:, 2] - 0.8 * np.abs(x[:, 3]) + 0.3 * rng.normal(size=n)
    y = score > 3.55
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


def auc(score, label):
    order = score.argsort()
    rank = torch.empty_like(score)
    rank[order] = torch.arange(1, len(score) + 1, dtype=score.dtype)
    positive = label.sum()
    return ((rank[label == 1].sum() - positive * (positive + 1) / 2) / (positive * (len(label) - positive))).item()


x, y = payments(9000)
x_test, y_test = payments(9000)
print(f"positives: {y.mean().item():.3%}")
pos_weight = (len(y) - y.sum()) / y.sum()

model = nn.Sequential(nn.Linear(10, 48), nn.ReLU(), nn.Linear(48, 24), nn.ReLU(), nn.Linear(24, 1))
nn.init.constant_(model[-1].bias, -0.5)
criterion = nn.BCEWithLogitsLoss(pos_weight=pos_weight)
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.02)
loader = DataLoader(TensorDataset(x, y), batch_size=256, shuffle=True)

for epoch in range(10):
    model.train()
    running = 0.0
    for xb, yb in loader:
        loss = criterion(model(xb).squeeze(1), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss.item()
    print(f"epoch {epoch} weighted loss {running / len(loader):.3f}")

model.eval()
with torch.no_grad():
    print("METRIC auc", auc(model(x_test).squeeze(1), y_test))
