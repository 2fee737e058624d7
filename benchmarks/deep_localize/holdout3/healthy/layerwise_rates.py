import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
X, y = torch.tensor(d.data / 16.0).float(), torch.tensor(d.target)
perm = torch.randperm(len(X))
X, y = X[perm], y[perm]

model = nn.Sequential(
    nn.Linear(64, 96),
    nn.LayerNorm(96),
    nn.ReLU(),
    nn.Linear(96, 64),
    nn.LayerNorm(64),
    nn.ReLU(),
    nn.Linear(64, 32),
    nn.LayerNorm(32),
    nn.ReLU(),
    nn.Linear(32, 10),
)
base_lr, decay = 4e-3, 0.25
groups, lr = [], base_lr
for layer in reversed(model):
    if list(layer.parameters()):
        groups.append({"params": layer.parameters(), "lr": lr})
        if isinstance(layer, nn.Linear):
            lr *= decay
optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
print([g["lr"] for g in optimizer.param_groups])
criterion = nn.CrossEntropyLoss()
for epoch in range(8):
    for xb, yb in DataLoader(TensorDataset(X[:1400], y[:1400]), batch_size=50, shuffle=True):
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
    print("epoch", epoch, loss.item())
with torch.no_grad():
    print("METRIC accuracy", (model(X[1400:]).argmax(-1) == y[1400:]).float().mean().item())
