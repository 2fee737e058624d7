"""A siamese network that learns an embedding of digit images with the contrastive loss."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class PairDataset(Dataset):
    """Pairs of images; half of them show the same digit."""

    def __init__(self, x, y, n_pairs):
        self.x, self.n_pairs = x, n_pairs
        self.by_class = [np.where(y == digit)[0] for digit in range(10)]

    def __len__(self):
        return self.n_pairs

    def __getitem__(self, index):
        first = random.randrange(10)
        if index % 2 == 0:
            second, same = first, 1.0
        else:
            second, same = (first + random.randrange(1, 10)) % 10, 0.0
        i = random.choice(self.by_class[first])
        j = random.choice(self.by_class[second])
        return self.x[i], self.x[j], torch.tensor(same)


class SiameseNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 48), nn.ReLU())
        self.embedding = nn.Linear(48, 8)

    def forward_once(self, x):
        return self.embedding(self.backbone(x))

    def forward(self, a, b):
        return self.forward_once(a), self.forward_once(b)


class ContrastiveLoss(nn.Module):
    def __init__(self, margin=2.0):
        super().__init__()
        self.margin = margin

    def forward(self, out1, out2, same):
        distance = torch.sqrt(torch.sum((out1 - out2) ** 2, dim=1) + 1e-8)
        positive = same * distance**2
        negative = (1 - same) * F.relu(self.margin - distance) ** 2
        return (positive + negative).mean()


def nearest_neighbour_error(net, x_train, y_train, x_test, y_test):
    net.eval()
    with torch.no_grad():
        a, b = net.forward_once(x_test), net.forward_once(x_train)
        distances = torch.cdist(a, b)
        nearest = distances.argmin(1).numpy()
    return (y_train[nearest] != y_test).mean()


digits = load_digits()
x = torch.tensor(digits.data / 16.0, dtype=torch.float32)
y = digits.target
split = np.random.permutation(len(y))
tr, te = split[:1200], split[1200:]

loader = DataLoader(PairDataset(x[tr], y[tr], 2560), batch_size=64, shuffle=True)
net = SiameseNetwork()
criterion = ContrastiveLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)

for epoch in range(10):
    net.train()
    losses = []
    for a, b, same in loader:
        out1, out2 = net(a, b)
        loss = criterion(out1, out2, same)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(f"epoch {epoch + 1}: contrastive loss {np.mean(losses):.4f}")

print("nearest neighbour error", nearest_neighbour_error(net, x[tr], y[tr], x[te], y[te]))
print("METRIC final_loss", np.mean(losses))
