"""Finds one bright object in a picture: its box and its class."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

IMG = 32


class OneObject(Dataset):
    def __init__(self, count, seed):
        rng = np.random.default_rng(seed)
        self.samples = []
        for _ in range(count):
            image = rng.normal(0, 0.15, (1, IMG, IMG))
            w, h = rng.integers(7, 16, 2)
            x, y = rng.integers(0, IMG - w), rng.integers(0, IMG - h)
            label = int(rng.integers(2))
            patch = np.ones((h, w))
            if label == 1:
                patch[2:-2, 2:-2] = 0.0
            image[0, y : y + h, x : x + w] += patch
            self.samples.append((image.astype(np.float32), np.float32([x, y, x + w, y + h]), label))

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, i):
        image, box, label = self.samples[i]
        return torch.from_numpy(image), torch.from_numpy(box), label


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 16, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
        )
        self.neck = nn.Linear(16 * 16, 64)
        self.box = nn.Linear(64, 4)
        self.cls = nn.Linear(64, 2)

    def forward(self, x):
        z = F.relu(self.neck(self.backbone(x)))
        return torch.sigmoid(self.box(z)), self.cls(z)


def iou(a, b):
    lt, rb = torch.max(a[:, :2], b[:, :2]), torch.min(a[:, 2:], b[:, 2:])
    wh = (rb - lt).clamp(min=0)
    inter = wh[:, 0] * wh[:, 1]
    area_a = (a[:, 2] - a[:, 0]).clamp(min=0) * (a[:, 3] - a[:, 1]).clamp(min=0)
    area_b = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    return inter / (area_a + area_b - inter)


train, test = OneObject(1000, SEED), OneObject(200, SEED + 999)
loader = DataLoader(train, batch_size=40, shuffle=True)
model = Detector()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(10):
    model.train()
    for image, box, label in loader:
        box_hat, logits = model(image)
        loss = 5 * F.smooth_l1_loss(box_hat, box) + F.cross_entropy(logits, label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")

model.eval()
with torch.no_grad():
    image, box, label = next(iter(DataLoader(test, batch_size=200)))
    mean_iou = iou(model(image)[0], box).mean().item()
print("METRIC mean_iou", mean_iou)
