"""Fraud detection: two percent positives, focal loss, bias started at the base rate."""

import math
import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.metrics import average_precision_score
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def transactions(n, rng):
    x = rng.standard_normal((n, 12)).astype(np.float32)
    score = 1.6 * x[:, 0] + x[:, 1] * x[:, 2] + 1.2 * np.abs(x[:, 3])
    y = (score + 0.3 * rng.standard_normal(n) > 4.3).astype(np.float32)
    return torch.from_numpy(x), torch.from_numpy(y)


def focal_loss(logits, target, gamma=2.0):
    ce = nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    p_t = torch.exp(-ce)
    return ((1 - p_t) ** gamma * ce).mean() * 10


rng = np.random.default_rng(SEED)
x_train, y_train = transactions(8000, rng)
x_test, y_test = transactions(4000, rng)
rate = y_train.mean().item()
print(f"positives {rate:.4f}")

net = nn.Sequential(nn.Linear(12, 48), nn.ReLU(), nn.Linear(48, 24), nn.ReLU(), nn.Linear(24, 1))
with torch.no_grad():
    net[-1].bias.fill_(math.log(rate / (1 - rate)))
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=128, shuffle=True)
for epoch in range(10):
    net.train()
    total = 0.0
    for xb, yb in loader:
        loss = focal_loss(net(xb).squeeze(1), yb)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total / len(loader):.4f}")

net.eval()
with torch.no_grad():
    scores = torch.sigmoid(net(x_test).squeeze(1))
print(f"METRIC average_precision {average_precision_score(y_test.numpy(), scores.numpy()):.4f}")
