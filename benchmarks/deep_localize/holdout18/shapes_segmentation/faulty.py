"""Binary segmentation of bright blobs in noisy images with a tiny U-Net and flip/rotation augmentation."""

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

SIZE = 24


def draw():
    """A noisy image with one or two ellipses, and its mask."""
    yy, xx = np.mgrid[0:SIZE, 0:SIZE]
    mask = np.zeros((SIZE, SIZE), dtype=np.float32)
    for _ in range(np.random.randint(1, 3)):
        cy, cx = np.random.uniform(5, SIZE - 5, 2)
        ry, rx = np.random.uniform(2.5, 5.0, 2)
        mask[((yy - cy) / ry) ** 2 + ((xx - cx) / rx) ** 2 < 1] = 1
    image = 0.9 * mask + 0.4 * np.random.randn(SIZE, SIZE).astype(np.float32)
    return image[None], mask[None]


class ShapesDataset(Dataset):
    def __init__(self, n, augment=False):
        samples = [draw() for _ in range(n)]
        self.images = torch.tensor(np.stack([s[0] for s in samples]), dtype=torch.float32)
        self.masks = torch.tensor(np.stack([s[1] for s in samples]), dtype=torch.float32)
        self.augment = augment

    def __len__(self):
        return len(self.images)

    def __getitem__(self, idx):
        image, mask = self.images[idx], self.masks[idx]
        if self.augment:
            if random.random() < 0.5:
                image = torch.flip(image, dims=[-1])
            if random.random() < 0.5:
                image = torch.flip(image, dims=[-2])
        return image, mask


def block(cin, cout):
    return nn.Sequential(
        nn.Conv2d(cin, cout, 3, padding=1, bias=False),
        nn.BatchNorm2d(cout),
        nn.ReLU(inplace=True),
    )


class TinyUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = block(1, 8)
        self.down2 = block(8, 16)
        self.bottom = block(16, 16)
        self.up = block(32, 8)
        self.final = block(16, 8)
        self.out = nn.Conv2d(8, 1, 1)

    def forward(self, x):
        d1 = self.down1(x)
        d2 = self.down2(F.max_pool2d(d1, 2))
        b = self.bottom(F.max_pool2d(d2, 2))
        u = F.interpolate(b, scale_factor=2, mode="nearest")
        u = self.up(torch.cat([u, d2], dim=1))
        u = F.interpolate(u, scale_factor=2, mode="nearest")
        u = self.final(torch.cat([u, d1], dim=1))
        return self.out(u)


def iou(logits, masks):
    pred = logits > 0
    truth = masks > 0.5
    inter = (pred & truth).sum().item()
    union = (pred | truth).sum().item()
    return inter / max(union, 1)


train_loader = DataLoader(ShapesDataset(320, augment=True), batch_size=16, shuffle=True)
val_set = ShapesDataset(80)

model = TinyUNet()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
criterion = nn.BCEWithLogitsLoss()

for epoch in range(7):
    model.train()
    for images, masks in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(images), masks)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        score = iou(model(val_set.images), val_set.masks)
    print(f"epoch {epoch} loss {loss.item():.4f} val IoU {score:.4f}")

print(f"METRIC val_iou {score:.4f}")
