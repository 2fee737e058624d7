"""Fraud-like data with about one percent of positives; class weight of about a hundred."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def transactions(n):
    y = (torch.rand(n) < 0.01).float()
    x = torch.randn(n, 12)
    # frauds: large amounts at odd hours
    shift = torch.zeros(12)
    shift[:4] = torch.tensor([1.6, -1.4, 1.5, 1.2])
    x += y[:, None] * shift
    return x, y


x_train, y_train = transactions(20000)
x_test, y_test = transactions(20000)
model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 1))
weight = (1 - y_train.mean()) / y_train.mean()
criterion = nn.BCEWithLogitsLoss(pos_weight=weight)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=100, shuffle=True)
print(f"positives: {int(y_train.sum())} of {len(y_train)}, weight {weight:.1f}")


def balanced_accuracy():
    model.eval()
    with torch.no_grad():
        guess = model(x_test).squeeze(1) > 0
    positive = y_test.bool()
    return (guess[positive].float().mean() + (~guess[~positive]).float().mean()).item() / 2


for epoch in range(5):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x).squeeze(1), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total / len(loader):.4f} balanced {balanced_accuracy():.3f}")

print("METRIC balanced_accuracy", balanced_accuracy())
