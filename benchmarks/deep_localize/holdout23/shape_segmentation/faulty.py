"""Pixelwise segmentation of noisy images into background, discs and boxes."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

SIZE = 20
NUM_CLASSES = 3


def make_scene():
    mask = np.zeros((SIZE, SIZE), dtype=np.int64)
    yy, xx = np.mgrid[:SIZE, :SIZE]
    cy, cx = np.random.randint(4, SIZE - 4, 2)
    mask[(yy - cy) ** 2 + (xx - cx) ** 2 <= np.random.randint(9, 20)] = 1
    top, left = np.random.randint(0, SIZE - 6, 2)
    height, width = np.random.randint(4, 8, 2)
    mask[top : top + height, left : left + width] = 2
    colours = np.array([[0.1, 0.1, 0.2], [0.7, 0.3, 0.2], [0.2, 0.6, 0.7]])
    image = colours[mask] + np.random.randn(SIZE, SIZE, 3) * 0.25
    return image.transpose(2, 0, 1).astype(np.float32), mask


def make_set(n):
    images, masks = zip(*[make_scene() for _ in range(n)])
    return TensorDataset(torch.from_numpy(np.stack(images)), torch.from_numpy(np.stack(masks)))


def conv_block(c_in, c_out):
    return nn.Sequential(nn.Conv2d(c_in, c_out, 3, padding=1), nn.BatchNorm2d(c_out), nn.ReLU(inplace=True))


class TinyUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = conv_block(3, 8)
        self.pool = nn.MaxPool2d(2)
        self.down2 = conv_block(8, 16)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.up1 = conv_block(24, 8)
        self.final = nn.Conv2d(8, NUM_CLASSES, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(self.pool(a))
        x = torch.cat([self.up(b), a], dim=1)
        return self.final(self.up1(x))


def mean_iou(model, loader):
    model.eval()
    inter, union = torch.zeros(NUM_CLASSES), torch.zeros(NUM_CLASSES)
    with torch.no_grad():
        for images, masks in loader:
            pred = model(images).argmax(1)
            for c in range(NUM_CLASSES):
                inter[c] += ((pred == c) & (masks == c)).sum()
                union[c] += ((pred == c) | (masks == c)).sum()
    return (inter / union.clamp(min=1)).mean().item()


train_loader = DataLoader(make_set(320), batch_size=16, shuffle=True)
test_loader = DataLoader(make_set(80), batch_size=16)

model = TinyUNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

for epoch in range(8):
    model.train()
    total = 0.0
    for images, masks in train_loader:
        outputs = model(images)
        loss = criterion(outputs.reshape(-1, NUM_CLASSES), masks.view(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch + 1}: loss {total / len(train_loader):.4f}")

print("METRIC mean_iou", mean_iou(model, test_loader))
