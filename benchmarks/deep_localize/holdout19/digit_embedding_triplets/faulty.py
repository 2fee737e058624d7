"""Learn an embedding of digits with batch-hard triplets."""

import os
import random

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

MARGIN = 1.0
PER_CLASS = 6


class Embedder(nn.Module):
    def __init__(self, dim=8):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
        self.project = nn.Linear(64, dim)

    def forward(self, x):
        return self.project(self.body(x))


def pairwise_distances(emb):
    diff = emb.unsqueeze(0) - emb.unsqueeze(1)
    squared = diff.pow(2).sum(dim=-1)
    return squared.sqrt()


class BatchHardTripletLoss(nn.Module):
    def __init__(self, margin):
        super().__init__()
        self.margin = margin

    def forward(self, emb, labels):
        dist = pairwise_distances(emb)
        same = labels.unsqueeze(0) == labels.unsqueeze(1)
        hardest_positive = (dist * same.float()).max(dim=1).values
        hardest_negative = (dist + 1e4 * same.float()).min(dim=1).values
        return torch.relu(hardest_positive - hardest_negative + self.margin).mean()


def balanced_batch(labels):
    picks = []
    for c in range(10):
        members = np.flatnonzero(labels == c)
        picks.append(np.random.choice(members, PER_CLASS, replace=False))
    return np.concatenate(picks)


def retrieval_accuracy(model, x, y, x_ref, y_ref):
    with torch.no_grad():
        nearest = torch.cdist(model(x), model(x_ref)).argmin(dim=1)
    return (y_ref[nearest] == y).float().mean().item()


digits = load_digits()
x = torch.tensor(digits.data / 16.0, dtype=torch.float32)
y = torch.tensor(digits.target)
order = torch.randperm(len(x))
train, test = order[:1200], order[1200:]
labels_np = y[train].numpy()

model = Embedder()
criterion = BatchHardTripletLoss(MARGIN)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)

recent = []
for it in range(250):
    pick = train[balanced_batch(labels_np)]
    loss = criterion(model(x[pick]), y[pick])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    recent.append(loss.item())
    if it % 50 == 49:
        print(f"iteration {it + 1}: loss {np.mean(recent[-50:]):.4f}")

print("retrieval", retrieval_accuracy(model, x[test], y[test], x[train], y[train]))
print("METRIC train_loss", float(np.mean(recent[-50:])))
