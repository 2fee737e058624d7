"""Residual MLP, mixup, label smoothing and a one-cycle schedule."""

import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.optim.lr_scheduler import OneCycleLR

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


class ResBlock(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.net = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, dim))

    def forward(self, x):
        return x + self.net(x)


X, y = load_digits(return_X_y=True)
order = np.random.permutation(len(y))
X = torch.tensor(X[order] / 16, dtype=torch.float32)
y = torch.tensor(y[order])
model = nn.Sequential(nn.Linear(64, 64), ResBlock(64), ResBlock(64), nn.LayerNorm(64), nn.Linear(64, 10))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.05)
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
epochs, steps = 10, 22
scheduler = OneCycleLR(optimizer, max_lr=6e-3, epochs=epochs, steps_per_epoch=steps)
for epoch in range(epochs):
    for idx in torch.randperm(steps * 64).split(64):
        lam = np.random.beta(0.3, 0.3)
        partner = torch.randperm(len(idx))
        xb = lam * X[idx] + (1 - lam) * X[idx][partner]
        out = model(xb)
        loss = lam * criterion(out, y[idx]) + (1 - lam) * criterion(out, y[idx][partner])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    print(f"{epoch} loss {loss.item():.3f} lr {scheduler.get_last_lr()[0]:.2e}")

with torch.no_grad():
    print("METRIC accuracy", (model(X[1408:]).argmax(1) == y[1408:]).float().mean().item())
