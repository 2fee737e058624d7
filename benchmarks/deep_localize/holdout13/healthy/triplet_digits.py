"""Metric learning on digits with batch-hard triplets; scored by nearest neighbours among unseen images."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)

digits = load_digits()
x = torch.tensor(digits.data / 8.0 - 1.0, dtype=torch.float32)
y = torch.tensor(digits.target)
order = torch.randperm(len(x))
train, test = order[:1200], order[1200:]
members = [train[y[train] == c].numpy() for c in range(10)]


def balanced_batch(per_class=6):
    index = torch.from_numpy(np.concatenate([rng.choice(m, per_class, replace=False) for m in members]))
    return x[index], y[index]


def batch_hard_loss(z, labels, margin=0.3):
    squared = (2 - 2 * z @ z.T).clamp_min(0)
    same = labels[:, None] == labels[None]
    hardest_positive = squared.masked_fill(~same, -1.0).max(1).values
    hardest_negative = squared.masked_fill(same, 5.0).min(1).values
    return F.softplus((hardest_positive - hardest_negative + margin) * 2).mean()


class Embedder(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 16))

    def forward(self, v):
        return F.normalize(self.net(v), dim=1)


model = Embedder()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for step in range(350):
    images, labels = balanced_batch()
    loss = batch_hard_loss(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 70 == 0:
        print(f"step {step} loss {loss.item():.4f}")

model.eval()
with torch.no_grad():
    gallery, queries = model(x[train]).numpy(), model(x[test]).numpy()
knn = KNeighborsClassifier(5).fit(gallery, y[train].numpy())
print(f"METRIC knn_accuracy {knn.score(queries, y[test].numpy()):.4f}")
