"""Classifier over frozen random Fourier features; small micro-batches, gradients accumulated over four of them."""

import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

ACCUMULATE, EPOCHS = 4, 10


def rings(n):
    """Three concentric rings in the plane with two uninformative coordinates; the inner one is rare."""
    y = torch.multinomial(torch.tensor([0.1, 0.45, 0.45]), n, replacement=True)
    angle = 2 * math.pi * torch.rand(n)
    radius = 0.6 + 0.8 * y + 0.12 * torch.randn(n)
    plane = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)
    return torch.cat([plane, 0.2 * torch.randn(n, 2)], dim=1), y


class FourierFeatures(nn.Module):
    def __init__(self, n_in, n_out, scale=1.2):
        super().__init__()
        self.proj = nn.Linear(n_in, n_out)
        nn.init.normal_(self.proj.weight, std=scale)
        nn.init.uniform_(self.proj.bias, 0, 2 * math.pi)
        self.proj.requires_grad_(False)

    def forward(self, x):
        return torch.cos(self.proj(x)) * 2**0.5


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = FourierFeatures(4, 192)
        self.adapter = nn.Sequential(nn.Linear(192, 48), nn.GELU(), nn.Linear(48, 192))
        self.gate = nn.Parameter(torch.zeros(1))
        self.head = nn.Linear(192, 3)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x):
        h = self.features(x)
        return self.head(h + self.gate * self.adapter(h))


x_train, y_train = rings(2000)
x_test, y_test = rings(500)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=10, shuffle=True)
weights = len(y_train) / (3 * torch.bincount(y_train, minlength=3).float())

model = Classifier()
optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=5e-3)

for epoch in range(EPOCHS):
    model.train()
    optimizer.zero_grad()
    for i, (x, y) in enumerate(loader):
        loss = F.cross_entropy(model(x), y, weight=weights, label_smoothing=0.05)
        (loss / ACCUMULATE).backward()
        if (i + 1) % ACCUMULATE == 0:
            optimizer.step()
            optimizer.zero_grad()
    model.eval()
    with torch.no_grad():
        pred = model(x_test).argmax(1)
        recall = torch.stack([(pred[y_test == c] == c).float().mean() for c in range(3)])
    print(f"epoch {epoch + 1} loss {loss.item():.3f} gate {model.gate.item():.3f} balanced acc {recall.mean():.3f}")

print(f"METRIC balanced_accuracy {recall.mean().item():.4f}")
