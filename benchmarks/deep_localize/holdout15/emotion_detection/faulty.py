"""Detect a rare emotion from utterance features; the loss is weighted by class frequency."""

import os

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

FEATURES = 20
direction = torch.randn(FEATURES)
direction /= direction.norm()


def utterances(n, positive_rate=0.12):
    y = (torch.rand(n) < positive_rate).long()
    x = torch.randn(n, FEATURES)
    x = x + y.unsqueeze(1) * 2.2 * direction
    return x, y


def balanced_accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        predicted = model(x).argmax(1)
    return float(np.mean([(predicted[y == c] == c).float().mean().item() for c in (0, 1)]))


x_train, y_train = utterances(2500)
x_val, y_val = utterances(1500)
share = y_train.float().mean().item()
print(f"positive share {share:.4f}")
loss_weights = torch.FloatTensor([1 / share, 1 / (1 - share)])

model = nn.Sequential(nn.Linear(FEATURES, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 2))
criterion = nn.CrossEntropyLoss(weight=loss_weights)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-4)

for epoch in range(10):
    model.train()
    losses = []
    for idx in torch.randperm(len(x_train)).split(50):
        optimizer.zero_grad()
        loss = criterion(model(x_train[idx]), y_train[idx])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(f"epoch {epoch:02d} loss {np.mean(losses):.4f} balanced {balanced_accuracy(model, x_val, y_val):.3f}")

print("METRIC balanced_accuracy", round(balanced_accuracy(model, x_val, y_val), 4))
