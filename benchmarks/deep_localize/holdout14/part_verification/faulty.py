"""Metric learning with batch-hard triplets; new part numbers are recognised by their nearest neighbour."""

import os

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
rng = np.random.default_rng(SEED)

N_PARTS, N_NEW, FEATURES, RELEVANT = 40, 25, 40, 6
MIX = rng.standard_normal((RELEVANT, FEATURES))
CLUTTER = rng.standard_normal((8, FEATURES))


def scans(n_parts, per_part):
    shape = rng.standard_normal((n_parts, RELEVANT))
    labels = np.repeat(np.arange(n_parts), per_part)
    latent = shape[labels] + 0.15 * rng.standard_normal((len(labels), RELEVANT))
    x = latent @ MIX + 2.0 * rng.standard_normal((len(labels), 8)) @ CLUTTER
    return torch.tensor(x / 5, dtype=torch.float32), torch.tensor(labels)


def sample_pk(labels, p=10, k=4):
    parts = rng.choice(N_PARTS, p, replace=False)
    return np.concatenate([rng.choice(np.flatnonzero(labels.numpy() == c), k, replace=False) for c in parts])


def pairwise(z):
    square = (z * z).sum(1)
    d2 = square.unsqueeze(0) + square.unsqueeze(1) - 2 * z @ z.t()
    return (d2.clamp(min=0) + 1e-8).sqrt()


def batch_hard(z, labels, margin=0.5):
    dist = pairwise(z)
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    hardest_positive = (dist * same).max(dim=1).values
    hardest_negative = (dist * ~same).min(dim=1).values
    return torch.relu(hardest_positive - hardest_negative + margin).mean()


def recall_at_1(model, x, labels):
    model.eval()
    with torch.no_grad():
        dist = pairwise(model(x))
    dist.fill_diagonal_(float("inf"))
    return (labels[dist.argmin(1)] == labels).float().mean().item()


class Embedder(nn.Module):
    def __init__(self, dim=12):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(FEATURES, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, dim))

    def forward(self, x):
        return self.layers(x)


train_x, train_y = scans(N_PARTS, 20)
test_x, test_y = scans(N_NEW, 12)
model = Embedder()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

for step in range(500):
    model.train()
    idx = sample_pk(train_y)
    loss = batch_hard(model(train_x[idx]), train_y[idx])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 99:
        print(f"step {step + 1} loss {loss.item():.4f} recall {recall_at_1(model, test_x, test_y):.3f}")

print(f"METRIC recall_at_1 {recall_at_1(model, test_x, test_y):.4f}")
