"""Semantic segmentation of circles / squares on a noisy background."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", 0))
torch.manual_seed(SEED)
np.random.seed(SEED)
NUM_CLASSES = 3


def make_images(n, size=32):
    imgs = np.random.randn(n, 1, size, size).astype("float32") * 0.3
    masks = np.zeros((n, size, size), dtype="int64")
    yy, xx = np.mgrid[:size, :size]
    for i in range(n):
        for _ in range(np.random.randint(1, 4)):
            cls = np.random.randint(1, NUM_CLASSES)
            cy, cx = np.random.randint(6, size - 6, 2)
            r = np.random.randint(4, 7)
            if cls == 1:
                m = (yy - cy) ** 2 + (xx - cx) ** 2 <= r * r
            else:
                m = (abs(yy - cy) <= r - 1) & (abs(xx - cx) <= r - 1)
            masks[i][m] = cls
            imgs[i, 0][m] += 1.0 if cls == 1 else -1.0
    return torch.from_numpy(imgs), torch.from_numpy(masks)


class DoubleConv(nn.Sequential):
    def __init__(self, cin, cout):
        super().__init__(
            nn.Conv2d(cin, cout, 3, padding=1),
            nn.BatchNorm2d(cout),
            nn.ReLU(),
            nn.Conv2d(cout, cout, 3, padding=1),
            nn.BatchNorm2d(cout),
            nn.ReLU(),
        )


class TinyUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc1 = DoubleConv(1, 8)
        self.enc2 = DoubleConv(8, 16)
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.dec1 = DoubleConv(16, 8)
        self.out = nn.Conv2d(8, NUM_CLASSES, 1)

    def forward(self, x):
        e1 = self.enc1(x)
        e2 = self.enc2(F.max_pool2d(e1, 2))
        d1 = self.dec1(torch.cat([self.up(e2), e1], 1))
        return self.out(d1)


def pixel_loss(logits, target):
    logits = logits.permute(0, 2, 3, 1).reshape(-1, NUM_CLASSES)
    return F.cross_entropy(logits, target.view(-1))


def mean_iou(pred, target):
    ious = []
    for c in range(NUM_CLASSES):
        inter = ((pred == c) & (target == c)).sum().item()
        union = ((pred == c) | (target == c)).sum().item()
        ious.append(inter / max(union, 1))
    return sum(ious) / len(ious)


train = TensorDataset(*make_images(320))
x_val, y_val = make_images(80)
loader = DataLoader(train, batch_size=16, shuffle=True)

model = TinyUNet()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)

for epoch in range(6):
    model.train()
    running = 0.0
    for img, mask in loader:
        optimizer.zero_grad()
        loss = pixel_loss(model(img), mask)
        loss.backward()
        optimizer.step()
        running += loss.item() * len(img)
    model.eval()
    with torch.no_grad():
        miou = mean_iou(model(x_val).argmax(1), y_val)
    print(f"epoch {epoch} loss {running / len(train):.4f} val mIoU {miou:.3f}")

print("METRIC miou", miou)
