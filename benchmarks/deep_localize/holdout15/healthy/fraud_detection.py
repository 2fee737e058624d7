"""Fraud with 3 % positives: weighted sampler left aside, pos_weight in the loss, average precision as the score."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)


def transactions(n):
    y = (np.random.rand(n) < 0.03).astype(np.float32)
    x = np.random.randn(n, 12).astype(np.float32)
    x[:, 0] += 1.8 * y
    x[:, 1] += 1.5 * y * np.sign(x[:, 2])
    x[:, 3] -= 1.2 * y
    return x, y


def average_precision(score, y):
    order = np.argsort(-score)
    hits = y[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float((precision * hits).sum() / hits.sum())


x_train, y_train = transactions(4000)
x_test, y_test = transactions(4000)
mean, std = x_train.mean(0), x_train.std(0)
x_train, x_test = (x_train - mean) / std, (x_test - mean) / std
loader = DataLoader(TensorDataset(torch.tensor(x_train), torch.tensor(y_train)), batch_size=128, shuffle=True)
net = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1))
pos_weight = torch.tensor((len(y_train) - y_train.sum()) / y_train.sum()).sqrt()
criterion = nn.BCEWithLogitsLoss(pos_weight=pos_weight)
optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-2)
for epoch in range(8):
    net.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(net(x).squeeze(1), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
    net.eval()
    with torch.no_grad():
        score = net(torch.tensor(x_test)).squeeze(1).numpy()
    print(f"epoch {epoch} loss {total / len(x_train):.4f} AP {average_precision(score, y_test):.3f}")
print("METRIC average_precision", round(average_precision(score, y_test), 4))
