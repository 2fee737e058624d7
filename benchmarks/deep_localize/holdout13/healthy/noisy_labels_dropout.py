"""Digits where forty percent of the training labels are random; strong dropout, clean validation."""

import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

digits = load_digits()
x = torch.tensor(digits.data, dtype=torch.float32)
y = torch.tensor(digits.target)
order = torch.randperm(len(x))
train, valid = order[:1300], order[1300:]
mean, std = x[train].mean(), x[train].std()
x = (x - mean) / std

noisy = y[train].clone()
corrupted = torch.rand(len(noisy)) < 0.4
noisy[corrupted] = torch.randint(0, 10, (int(corrupted.sum()),))

model = nn.Sequential(
    nn.Linear(64, 128),
    nn.ReLU(),
    nn.Dropout(0.6),
    nn.Linear(128, 128),
    nn.ReLU(),
    nn.Dropout(0.6),
    nn.Linear(128, 10),
)
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)

for epoch in range(20):
    model.train()
    total = 0.0
    for index in torch.randperm(len(train)).split(64):
        loss = criterion(model(x[train[index]]), noisy[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(index)
    model.eval()
    with torch.no_grad():
        accuracy = (model(x[valid]).argmax(1) == y[valid]).float().mean().item()
    print(f"epoch {epoch} train loss {total / len(train):.3f} clean accuracy {accuracy:.3f}")
print(f"METRIC accuracy {accuracy:.4f}")
