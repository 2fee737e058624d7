"""Sharpness-aware minimisation: each update takes two backward passes over accumulated micro-batches."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class SAM:
    def __init__(self, params, base, rho=0.05):
        self.params = list(params)
        self.base = base
        self.rho = rho

    @torch.no_grad()
    def ascend(self):
        norm = torch.norm(torch.stack([p.grad.norm() for p in self.params]))
        self.moves = []
        for p in self.params:
            move = p.grad * (self.rho / (norm + 1e-12))
            p.add_(move)
            self.moves.append(move)
        self.zero_grad()

    @torch.no_grad()
    def descend(self):
        for p, move in zip(self.params, self.moves):
            p.sub_(move)
        self.base.step()
        self.zero_grad()

    def zero_grad(self):
        for p in self.params:
            p.grad = None


def vineyards(n, prototypes, scales):
    y = torch.randint(0, len(prototypes), (n,))
    x = prototypes[y] + scales[y] * torch.randn(n, prototypes.size(1))
    flipped = torch.rand(n) < 0.05
    return x, torch.where(flipped, torch.randint(0, len(prototypes), (n,)), y), y


prototypes = 1.2 * torch.randn(5, 12)
scales = 0.6 + 0.6 * torch.rand(5, 12)
x, y, _ = vineyards(1024, prototypes, scales)
x_test, _, y_test = vineyards(800, prototypes, scales)
mean, std = x.mean(0), x.std(0)
x, x_test = (x - mean) / std, (x_test - mean) / std

model = nn.Sequential(nn.Linear(12, 64), nn.LayerNorm(64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 5))
base = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(base, 12)
sam = SAM(model.parameters(), base)
MICRO = 2


def accumulate(parts):
    total = 0.0
    for xb, yb in parts:
        loss = F.cross_entropy(model(xb), yb, label_smoothing=0.05) / len(parts)
        loss.backward()
        total += loss.item()
    return total


for epoch in range(12):
    model.train()
    for rows in torch.randperm(len(x)).split(64):
        parts = [(x[r], y[r]) for r in rows.chunk(MICRO)]
        first = accumulate(parts)
        sam.ascend()
        accumulate(parts)
        sam.descend()
    scheduler.step()
    print(f"epoch {epoch} loss {first:.4f} lr {scheduler.get_last_lr()[0]:.4f}")

model.eval()
with torch.no_grad():
    accuracy = (model(x_test).argmax(1) == y_test).float().mean().item()
print(f"METRIC clean_accuracy {accuracy:.4f}")
