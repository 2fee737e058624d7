"""Loan default prediction on a tabular data set (income, age, debt, ...)."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)


def load_table(n=3000):
    income = rng.lognormal(10.6, 0.4, n)
    age = rng.integers(19, 75, n).astype(float)
    debt = rng.lognormal(9.0, 0.6, n)
    late_payments = rng.poisson(1.2, n).astype(float)
    utilisation = rng.beta(2, 3, n)
    years_employed = rng.gamma(2.0, 4.0, n)
    score = (
        2.2 * np.log(debt / income * 5)
        + 1.3 * (late_payments - 1.2)
        + 6.0 * (utilisation - 0.4)
        - 0.15 * (years_employed - 8)
        - 0.03 * (age - 45)
    )
    default = (score + 0.5 * rng.standard_normal(n) > 0).astype(float)
    return np.stack([income, age, debt, late_payments, utilisation, years_employed], axis=1), default


features, target = load_table()
order = rng.permutation(len(target))
train_idx, test_idx = order[:2250], order[2250:]
x_train, x_test = features[train_idx], features[test_idx]
y_train, y_test = target[train_idx], target[test_idx]

mean, std = x_train.mean(axis=0), x_train.std(axis=0)
x_train = (x_train - mean) / std
x_test = (x_test - mean) / std
x_train = torch.tensor(x_train, dtype=torch.float32)
x_test = torch.tensor(x_test, dtype=torch.float32)
y_train = torch.tensor(y_train, dtype=torch.float32).unsqueeze(1)
y_test = torch.tensor(y_test, dtype=torch.float32).unsqueeze(1)

train_loader = DataLoader(TensorDataset(x_train, y_train), batch_size=64, shuffle=True)

model = nn.Sequential(
    nn.Linear(x_train.shape[1], 32),
    nn.ReLU(),
    nn.Dropout(0.1),
    nn.Linear(32, 16),
    nn.ReLU(),
    nn.Linear(16, 1),
)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)


def evaluate():
    model.eval()
    with torch.no_grad():
        logits = model(x_test)
        acc = ((logits > 0).float() == y_test).float().mean().item()
        loss = criterion(logits, y_test).item()
    return loss, acc


for epoch in range(20):
    model.train()
    for xb, yb in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
    val_loss, val_acc = evaluate()
    print(f"epoch {epoch}: val loss {val_loss:.3f} acc {val_acc:.3f}")

print(f"METRIC test_accuracy {val_acc:.4f}")
