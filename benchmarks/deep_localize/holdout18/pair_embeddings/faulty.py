"""Siamese network with contrastive loss: signatures of the same writer lie close together."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

WRITERS, PER_WRITER, DIM = 20, 40, 32


def make_signatures():
    style = torch.randn(WRITERS, 6)
    mixing = torch.randn(6 + 6, DIM) / 3
    labels = torch.arange(WRITERS).repeat_interleave(PER_WRITER)
    session = torch.randn(len(labels), 6)
    x = torch.tanh(torch.cat([style[labels] + 0.15 * torch.randn(len(labels), 6), session], 1) @ mixing)
    x = x + 0.05 * torch.randn_like(x)
    order = torch.randperm(len(x))
    return x[order], labels[order]


class PairDataset(Dataset):
    """Pairs of signatures; target 1 for the same writer, 0 for different writers."""

    def __init__(self, x, y):
        self.x, self.y = x, y
        self.by_writer = [torch.nonzero(y == c).squeeze(1) for c in range(WRITERS)]

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        same = torch.rand(1).item() < 0.5
        if same:
            pool = self.by_writer[int(self.y[i])]
            j = int(pool[torch.randint(len(pool), (1,))])
        else:
            j = int(torch.randint(len(self.x), (1,)))
            while self.y[j] == self.y[i]:
                j = int(torch.randint(len(self.x), (1,)))
        return self.x[i], self.x[j], torch.tensor(float(same))


class ContrastiveLoss(nn.Module):
    def __init__(self, margin=1.0):
        super().__init__()
        self.margin = margin

    def forward(self, a, b, target):
        distance = F.pairwise_distance(a, b)
        positive = (1 - target) * distance.pow(2)
        negative = target * F.relu(self.margin - distance).pow(2)
        return (positive + negative).mean()


class Embedder(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(DIM, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
        self.project = nn.Linear(64, 8)

    def forward(self, x):
        return F.normalize(self.project(self.body(x)), dim=1)


def nearest_neighbour_accuracy(model, x_ref, y_ref, x, y):
    model.eval()
    with torch.no_grad():
        d = torch.cdist(model(x), model(x_ref))
    return (y_ref[d.argmin(1)] == y).float().mean().item()


x, y = make_signatures()
x_train, y_train, x_test, y_test = x[:600], y[:600], x[600:], y[600:]
loader = DataLoader(PairDataset(x_train, y_train), batch_size=32, shuffle=True)

model = Embedder()
criterion = ContrastiveLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

for epoch in range(25):
    model.train()
    for a, b, target in loader:
        loss = criterion(model(a), model(b), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 4:
        acc = nearest_neighbour_accuracy(model, x_train, y_train, x_test, y_test)
        print(f"epoch {epoch + 1} loss {loss.item():.4f} 1-nn accuracy {acc:.4f}")

print(f"METRIC nn_accuracy {acc:.4f}")
