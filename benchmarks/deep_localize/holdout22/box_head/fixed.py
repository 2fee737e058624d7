"""Localise the single vehicle of an aerial tile: a CNN that regresses one box."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

TILE = 24


class Vehicles(Dataset):
    """Tiles with a box as (cx, cy, w, h), all in shares of the tile."""

    def __init__(self, count, augment):
        rng = np.random.default_rng(SEED + (0 if augment else 1000))
        self.augment = augment
        self.samples = []
        for _ in range(count):
            w, h = rng.integers(5, 10, 2)
            x, y = rng.integers(0, TILE - w), rng.integers(0, TILE - h)
            tile = rng.normal(0.3, 0.06, (1, TILE, TILE)).astype(np.float32)
            tile[0, y : y + h, x : x + w] += 0.5
            box = np.array([x + w / 2, y + h / 2, w, h], dtype=np.float32) / TILE
            self.samples.append((torch.from_numpy(tile), torch.from_numpy(box)))

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        tile, box = self.samples[index]
        if self.augment and random.random() < 0.5:
            tile = torch.flip(tile, dims=[2])
            box = torch.stack([1 - box[0], box[1], box[2], box[3]])
        return tile, box


class BoxNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.hidden = nn.Linear(16 * 36, 64)
        self.box = nn.Linear(64, 4)

    def forward(self, x):
        x = self.features(x).flatten(1)
        return torch.sigmoid(self.box(F.relu(self.hidden(x))))


def iou(a, b):
    low = torch.maximum(a[:, :2] - a[:, 2:] / 2, b[:, :2] - b[:, 2:] / 2)
    high = torch.minimum(a[:, :2] + a[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2)
    overlap = (high - low).clamp(min=0).prod(1)
    return overlap / (a[:, 2:].prod(1) + b[:, 2:].prod(1) - overlap)


train_loader = DataLoader(Vehicles(600, augment=True), batch_size=32, shuffle=True)
test_set = Vehicles(150, augment=False)
test_tiles = torch.stack([tile for tile, _ in test_set])
test_boxes = torch.stack([box for _, box in test_set])

model = BoxNet()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(14):
    model.train()
    losses = []
    for tiles, boxes in train_loader:
        loss = F.smooth_l1_loss(model(tiles), boxes, beta=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(f"epoch {epoch} loss {np.mean(losses):.4f}")

model.eval()
with torch.no_grad():
    score = iou(model(test_tiles), test_boxes).mean().item()
print(f"METRIC test_iou {score:.4f}")
