"""Embeds digits by batch-hard triplets (Hermans et al.), tested with the nearest class centre."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

x, y = load_digits(return_X_y=True)
perm = np.random.permutation(len(x))
x = torch.tensor(x[perm] / 16, dtype=torch.float32)
y = torch.tensor(y[perm])
x_train, y_train, x_test, y_test = x[:1300], y[:1300], x[1300:], y[1300:]


class Embedder(nn.Module):
    def __init__(self, dim=8):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 48), nn.ReLU())
        self.proj = nn.Linear(48, dim)

    def forward(self, x):
        return F.normalize(self.proj(self.body(x)), dim=1)


def pairwise_distance(e):
    dot = e @ e.t()
    sq = dot.diagonal()
    d2 = (sq[:, None] - 2 * dot + sq[None]).clamp(min=0.0)
    return (d2 + 1e-12).sqrt()


def batch_hard(e, labels, margin=0.3):
    d = pairwise_distance(e)
    same = labels[:, None] == labels[None]
    hardest_pos = (d * same).max(1).values
    hardest_neg = (d + 10.0 * same).min(1).values
    return F.relu(hardest_pos - hardest_neg + margin).mean()


def balanced_batch(classes=10, per_class=6):
    idx = [np.random.choice(np.flatnonzero(y_train.numpy() == c), per_class, replace=False) for c in range(classes)]
    return torch.as_tensor(np.concatenate(idx))


def centre_accuracy(net):
    with torch.no_grad():
        train, test = net(x_train), net(x_test)
        centres = torch.stack([train[y_train == c].mean(0) for c in range(10)])
        return (torch.cdist(test, centres).argmin(1) == y_test).float().mean().item()


net = Embedder()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
for step in range(400):
    idx = balanced_batch()
    loss = batch_hard(net(x_train[idx]), y_train[idx])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 99:
        print(step + 1, loss.item(), centre_accuracy(net))
print("METRIC accuracy", centre_accuracy(net))
