"""Segmentation of round cells with a tiny U-Net; 8-bit pictures."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

MEAN, STD = 0.45, 0.2


def normalize(image, mean=MEAN, std=STD, max_pixel_value=255.0):
    return (image.astype("float32") - mean * max_pixel_value) / (std * max_pixel_value)


class Cells(Dataset):
    def __init__(self, n, size=24):
        rows, cols = np.mgrid[:size, :size]
        self.images, self.masks = [], []
        for _ in range(n):
            mask = np.zeros((size, size), bool)
            for _ in range(3):
                r, c, radius = np.random.randint(3, size - 3), np.random.randint(3, size - 3), np.random.randint(2, 5)
                mask |= (rows - r) ** 2 + (cols - c) ** 2 <= radius**2
            image = 100 + 50 * mask + 25 * np.random.randn(size, size)
            self.images.append(image.clip(0, 255).astype(np.uint8))
            self.masks.append(mask)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        image = self.images[i]
        image = normalize(image)
        return torch.from_numpy(image)[None], torch.from_numpy(self.masks[i]).float()[None]


def double_conv(a, b):
    return nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.ReLU(), nn.Conv2d(b, b, 3, padding=1), nn.ReLU())


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.bottom, self.up = double_conv(1, 8), double_conv(8, 12), double_conv(20, 8)
        self.out = nn.Conv2d(8, 1, 1)

    def forward(self, x):
        skip = self.down(x)
        deep = self.bottom(nn.functional.max_pool2d(skip, 2))
        deep = nn.functional.interpolate(deep, scale_factor=2)
        return self.out(self.up(torch.cat([skip, deep], 1)))


def iou(logits, masks):
    pred = logits > 0
    return ((pred & (masks > 0.5)).sum() / (pred | (masks > 0.5)).sum()).item()


train_loader = DataLoader(Cells(240), batch_size=12, shuffle=True)
valid_images, valid_masks = next(iter(DataLoader(Cells(60), batch_size=60)))
model = UNet()
optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
for epoch in range(12):
    model.train()
    for images, masks in train_loader:
        loss = nn.functional.binary_cross_entropy_with_logits(model(images), masks)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        score = iou(model(valid_images), valid_masks)
    print(f"epoch {epoch} loss {loss.item():.4f} iou {score:.4f}")
print(f"METRIC iou {score:.4f}")
