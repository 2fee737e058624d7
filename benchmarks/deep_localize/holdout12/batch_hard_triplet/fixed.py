"""Embeds sensor readings so that readings of the same device lie together: batch-hard triplet loss, nearest-neighbour test."""

import os

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)

CLASSES_PER_BATCH, PER_CLASS, MARGIN = 8, 5, 0.4


class EmbeddingNet(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 48), nn.ReLU())
        self.project = nn.Linear(48, dim)

    def forward(self, x):
        return nn.functional.normalize(self.project(self.trunk(x)), dim=1)


def pairwise_distances(emb):
    """Euclidean distance between all rows."""
    dot = emb @ emb.T
    sq = dot.diagonal()
    squared = (sq[:, None] - 2 * dot + sq[None, :]).clamp(min=1e-8)
    return squared.sqrt()


def batch_hard_loss(emb, labels):
    dist = pairwise_distances(emb)
    same = labels[:, None] == labels[None, :]
    hardest_pos = (dist * same.float()).amax(1)
    hardest_neg = (dist + 10.0 * same.float()).amin(1)
    return torch.relu(hardest_pos - hardest_neg + MARGIN).mean()


def pk_batch(by_class):
    chosen = rng.choice(10, CLASSES_PER_BATCH, replace=False)
    return np.concatenate([rng.choice(by_class[c], PER_CLASS, replace=False) for c in chosen])


@torch.no_grad()
def nearest_neighbour_accuracy(model, gallery, gallery_y, queries, queries_y):
    model.eval()
    nearest = (model(queries) @ model(gallery).T).argmax(1)
    return (gallery_y[nearest] == queries_y).float().mean().item()


y = torch.arange(1500) % 10
y = y[torch.randperm(1500)]
signature = torch.randn(10, 12)
drift = torch.randn(12, 64)
# strong common disturbances make raw distances useless
x = (signature[y] + 0.3 * torch.randn(1500, 12)) @ torch.randn(12, 64) + 3.0 * torch.randn(1500, 12) @ drift
x = (x - x[:1000].mean(0)) / x[:1000].std(0)
x_tr, y_tr, x_te, y_te = x[:1000], y[:1000], x[1000:], y[1000:]
by_class = [np.flatnonzero(y_tr.numpy() == c) for c in range(10)]

model = EmbeddingNet()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(400):
    model.train()
    idx = pk_batch(by_class)
    loss = batch_hard_loss(model(x_tr[idx]), y_tr[idx])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 99:
        print(f"step {step + 1} loss {loss.item():.4f}")

acc = nearest_neighbour_accuracy(model, x_tr, y_tr, x_te, y_te)
print(f"METRIC nn_accuracy {acc:.4f}")
