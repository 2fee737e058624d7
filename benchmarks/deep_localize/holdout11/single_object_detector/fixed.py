"""Finds one bright box in a noisy 16x16 image: a score per cell of a 4x4 grid, plus position and size of the box."""

import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def make_scenes(n):
    images = 0.25 * torch.randn(n, 1, 16, 16)
    size = torch.randint(3, 8, (n, 2))
    corner = (torch.rand(n, 2) * (16 - size)).long()
    for k in range(n):
        (r, c), (h, w) = corner[k].tolist(), size[k].tolist()
        images[k, 0, r : r + h, c : c + w] += 1.0
    centre = corner + size / 2
    cell = (centre / 4).long().clamp(max=3)
    offset = centre / 4 - cell
    return images, cell, offset, size / 16


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 48, 3, padding=1),
            nn.BatchNorm2d(48),
            nn.ReLU(),
        )
        self.score_head = nn.Conv2d(48, 1, 1)
        self.position_head = nn.Conv2d(48, 2, 1)
        self.dimension_head = nn.Conv2d(48, 2, 1)

    def forward(self, x):
        feat = self.backbone(x)
        return self.score_head(feat).squeeze(1), self.position_head(feat), self.dimension_head(feat)


def at(grid, cell):
    return grid[torch.arange(len(grid)), :, cell[:, 0], cell[:, 1]]


def compute_loss(outputs, cell, offset, size):
    score, position, dimension = outputs
    losses = {
        "score": F.cross_entropy(score.flatten(1), cell[:, 0] * 4 + cell[:, 1]),
        "position": F.l1_loss(at(position, cell), offset),
        "dimension": F.l1_loss(at(dimension, cell), size),
    }
    total = losses["score"] + 2.0 * losses["position"] + 5.0 * losses["dimension"]
    losses["total"] = total
    return losses


def decode(outputs):
    score, position, dimension = outputs
    best = score.flatten(1).argmax(1)
    cell = torch.stack([best // 4, best % 4], 1)
    return (cell + at(position, cell)) * 4, at(dimension, cell) * 16


def iou(centre_a, size_a, centre_b, size_b):
    low = torch.maximum(centre_a - size_a / 2, centre_b - size_b / 2)
    high = torch.minimum(centre_a + size_a / 2, centre_b + size_b / 2)
    inter = (high - low).clamp(min=0).prod(1)
    union = size_a.clamp(min=0).prod(1) + size_b.prod(1) - inter
    return inter / union


train = make_scenes(1200)
test = make_scenes(300)
model = Detector()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=8)
for epoch in range(8):
    model.train()
    summary = {}
    for idx in torch.randperm(len(train[0])).split(40):
        images, *truth = [t[idx] for t in train]
        losses = compute_loss(model(images), *truth)
        optimizer.zero_grad()
        losses["total"].backward()
        optimizer.step()
        for key, value in losses.items():
            summary[key] = summary.get(key, 0.0) + value.item() / 30
    scheduler.step()
    print(f"epoch {epoch + 1} | " + " ".join(f"{k}: {v:.3f}" for k, v in summary.items()))

model.eval()
with torch.no_grad():
    centre, size = decode(model(test[0]))
    mean_iou = iou(centre, size, (test[1] + test[2]) * 4, test[3] * 16).mean().item()
print("METRIC mean_iou", round(mean_iou, 4))
