"""Learn an embedding of handwritten digits with batch-hard triplets."""

import os
import random

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def pairwise_distance(z):
    """Euclidean distances between all rows."""
    square = (z.unsqueeze(0) - z.unsqueeze(1)).pow(2).sum(-1)
    return torch.sqrt(square)


class BatchHardTriplet(nn.Module):
    def __init__(self, margin=0.5):
        super().__init__()
        self.margin = margin

    def forward(self, z, labels):
        dist = pairwise_distance(z)
        same = labels.unsqueeze(0) == labels.unsqueeze(1)
        hardest_positive = (dist * same).max(dim=1).values
        hardest_negative = dist.masked_fill(same, 1e6).min(dim=1).values
        return F.relu(hardest_positive - hardest_negative + self.margin).mean()


class BalancedSampler:
    """Batches with the same number of pictures of each of some classes."""

    def __init__(self, labels, classes=8, per_class=4):
        self.where = [np.flatnonzero(labels == c) for c in range(10)]
        self.classes, self.per_class = classes, per_class

    def draw(self):
        chosen = np.random.choice(10, self.classes, replace=False)
        return np.concatenate([np.random.choice(self.where[c], self.per_class, replace=False) for c in chosen])


def main():
    x, y = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x / 16.0, y, test_size=0.25, random_state=SEED)
    x_train, x_test = (torch.tensor(a, dtype=torch.float32) for a in (x_train, x_test))
    labels = torch.tensor(y_train)
    sampler = BalancedSampler(y_train)

    net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 16))
    criterion = BatchHardTriplet()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    for step in range(400):
        idx = sampler.draw()
        loss = criterion(net(x_train[idx]), labels[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step}: {loss.item():.4f}")

    with torch.no_grad():
        gallery, query = net(x_train), net(x_test)
        nearest = torch.cdist(query, gallery).argmin(1)
        recall = (labels[nearest] == torch.tensor(y_test)).float().mean().item()
        idx = BalancedSampler(y_test, classes=10, per_class=8).draw()
        test_loss = criterion(net(x_test[idx]), torch.tensor(y_test[idx])).item()
    print(f"recall at 1: {recall:.3f}")
    print("METRIC test_loss", test_loss)


if __name__ == "__main__":
    main()
