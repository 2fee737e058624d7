"""Embed digits with a triplet margin loss, then classify by the nearest class centroid."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Embedder(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU())
        self.projection = nn.Linear(64, dim)

    def forward(self, x):
        return F.normalize(self.projection(self.trunk(x)), dim=1)


def triplets(labels, by_class, count):
    anchor = torch.randint(len(labels), (count,))
    positive = torch.stack([by_class[c][torch.randint(len(by_class[c]), (1,))[0]] for c in labels[anchor].tolist()])
    other = (labels[anchor] + torch.randint(1, 10, (count,))) % 10
    negative = torch.stack([by_class[c][torch.randint(len(by_class[c]), (1,))[0]] for c in other.tolist()])
    return anchor, positive, negative


digits = load_digits()
x = torch.tensor(digits.data, dtype=torch.float32) / 16.0
y = torch.tensor(digits.target)
order = torch.randperm(len(x))
x, y = x[order], y[order]
x = (x - x[:1300].mean()) / x[:1300].std()
train_x, train_y, test_x, test_y = x[:1300], y[:1300], x[1300:], y[1300:]
by_class = [torch.nonzero(train_y == c).squeeze(1) for c in range(10)]

model = Embedder()
criterion = nn.TripletMarginLoss(margin=0.5)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(300):
    a, p, n = triplets(train_y, by_class, 64)
    loss = criterion(model(train_x[a]), model(train_x[p]), model(train_x[n]))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 60 == 0:
        print(f"step {step} triplet loss {loss.item():.4f}")

model.eval()
with torch.no_grad():
    train_z, test_z = model(train_x), model(test_x)
    centroids = torch.stack([train_z[rows].mean(0) for rows in by_class])
    accuracy = (torch.cdist(test_z, centroids).argmin(1) == test_y).float().mean().item()
print(f"METRIC centroid_accuracy {accuracy:.4f}")
