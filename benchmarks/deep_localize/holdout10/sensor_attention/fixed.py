"""Attention pooling: one reading in a long window is marked, its type is the label."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

WINDOW, CLASSES, CHANNELS = 40, 5, 8
prototypes = 1.5 * torch.randn(CLASSES, CHANNELS - 1)


def generate(n):
    kinds = torch.randint(CLASSES, (n, WINDOW))
    x = torch.empty(n, WINDOW, CHANNELS)
    x[..., :-1] = prototypes[kinds] + 0.3 * torch.randn(n, WINDOW, CHANNELS - 1)
    marked = torch.randint(WINDOW, (n,))
    # the trigger channel drifts from window to window
    x[..., -1] = 0.3 * torch.randn(n, WINDOW) + 3.0 * torch.randn(n, 1)
    x[torch.arange(n), marked, -1] += 3.0
    return x, kinds[torch.arange(n), marked]


class AttentionPool(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.score = nn.Sequential(nn.Linear(dim, 16), nn.Tanh(), nn.Linear(16, 1))

    def forward(self, h):
        scores = self.score(h)  # B x T x 1
        weights = torch.softmax(scores, dim=1)
        return (weights * h).sum(dim=1)


class WindowNet(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(CHANNELS, dim), nn.ReLU(), nn.Linear(dim, dim))
        self.pool = AttentionPool(dim)
        self.classifier = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, CLASSES))

    def forward(self, x):
        return self.classifier(self.pool(self.embed(x)))


train = TensorDataset(*generate(4000))
x_test, y_test = generate(1000)
model = WindowNet()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
criterion = nn.CrossEntropyLoss()


def accuracy():
    model.eval()
    with torch.no_grad():
        return (model(x_test).argmax(1) == y_test).float().mean().item()


for epoch in range(8):
    model.train()
    for x, y in DataLoader(train, batch_size=64, shuffle=True):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: loss {loss.item():.4f}, accuracy {accuracy():.3f}")

print("METRIC accuracy", accuracy())
