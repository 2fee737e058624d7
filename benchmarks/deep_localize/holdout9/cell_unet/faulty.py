"""Segments bright cells in noisy microscope-like pictures with a two-level U-Net."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)
torch.set_num_threads(1)


class Cells(Dataset):
    def __init__(self, count, rng, size=32):
        grid_y, grid_x = np.mgrid[:size, :size]
        self.images = np.zeros((count, 1, size, size), np.float32)
        self.masks = np.zeros((count, 1, size, size), np.float32)
        for i in range(count):
            for _ in range(rng.integers(2, 5)):
                cy, cx = rng.uniform(4, size - 4, 2)
                a, b = rng.uniform(2.5, 5.0, 2)
                inside = ((grid_y - cy) / a) ** 2 + ((grid_x - cx) / b) ** 2 < 1
                self.masks[i, 0][inside] = 1.0
            self.images[i, 0] = 0.8 * self.masks[i, 0] + 0.3 * np.sin(grid_x / 5.0 + rng.uniform(0, 6))
            self.images[i, 0] += rng.normal(0, 0.35, (size, size))

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return torch.from_numpy(self.images[i]), torch.from_numpy(self.masks[i])


def double_conv(n_in, n_out):
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, 3, padding=1, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(inplace=True),
        nn.Conv2d(n_out, n_out, 3, padding=1, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(inplace=True),
    )


class UNet(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.down1 = double_conv(1, width)
        self.down2 = double_conv(width, 2 * width)
        self.bottom = double_conv(2 * width, 4 * width)
        self.pool = nn.MaxPool2d(2)
        self.up2 = nn.ConvTranspose2d(4 * width, 2 * width, 2, stride=2)
        self.dec2 = double_conv(4 * width, 2 * width)
        self.up1 = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.dec1 = double_conv(2 * width, width)
        self.outconv = nn.Conv2d(width, 1, 1)

    def forward(self, x):
        d1 = self.down1(x)
        d2 = self.down2(self.pool(d1))
        b = self.bottom(self.pool(d2))
        u2 = self.dec2(torch.cat([self.up2(b), d2], 1))
        u1 = self.dec1(torch.cat([self.up1(u2), d1], 1))
        return torch.sigmoid(self.outconv(u1))


rng = np.random.default_rng(seed)
train_loader = DataLoader(Cells(160, rng), batch_size=16, shuffle=True)
valid_loader = DataLoader(Cells(64, rng), batch_size=32)

model = UNet()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)


@torch.no_grad()
def intersection_over_union():
    model.eval()
    inter = union = 0.0
    for images, masks in valid_loader:
        pred = torch.sigmoid(model(images)) > 0.5
        truth = masks > 0.5
        inter += (pred & truth).sum().item()
        union += (pred | truth).sum().item()
    return inter / max(union, 1.0)


for epoch in range(8):
    model.train()
    total = 0.0
    for images, masks in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(images), masks)
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch + 1}: loss {total / len(train_loader):.4f}, IoU {intersection_over_union():.3f}")

print("METRIC iou", intersection_over_union())
