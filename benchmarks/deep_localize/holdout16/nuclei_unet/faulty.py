"""Foreground masks of round nuclei with a small U-Net."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def draw(rng, size=32):
    """A grey image and its mask as they come from the annotation tool (uint8)."""
    yy, xx = np.mgrid[:size, :size]
    mask = np.zeros((size, size), dtype=bool)
    for _ in range(rng.integers(2, 5)):
        cy, cx = rng.uniform(4, size - 4, 2)
        r = rng.uniform(3, 5.5)
        mask |= (yy - cy) ** 2 + (xx - cx) ** 2 < r**2
    image = np.where(mask, 135, 95) + rng.normal(0, 22, (size, size))
    return image.clip(0, 255).astype("uint8"), mask.astype("uint8") * 255


class NucleiDataset(Dataset):
    def __init__(self, n, seed):
        rng = np.random.default_rng(seed)
        pairs = [draw(rng) for _ in range(n)]
        self.images = [p[0] for p in pairs]
        self.masks = [p[1] for p in pairs]

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        image = torch.from_numpy(self.images[i]).float().unsqueeze(0) / 255.0
        mask = torch.from_numpy(self.masks[i]).float().unsqueeze(0)
        return (image - 0.43) / 0.12, mask


def block(cin, cout):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1), nn.BatchNorm2d(cout), nn.ReLU(inplace=True))


class UNet(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.down1 = block(1, width)
        self.down2 = block(width, width * 2)
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ConvTranspose2d(width * 2, width, 2, stride=2)
        self.fuse = block(width * 2, width)
        self.out = nn.Conv2d(width, 1, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(self.pool(a))
        x = self.fuse(torch.cat([a, self.up(b)], 1))
        return self.out(x)


def dice(logits, mask):
    pred = (logits > 0).float()
    truth = (mask > 0.5).float()
    return (2 * (pred * truth).sum() / (pred.sum() + truth.sum() + 1e-6)).item()


train_loader = DataLoader(NucleiDataset(192, SEED), batch_size=16, shuffle=True)
val_loader = DataLoader(NucleiDataset(48, SEED + 1000), batch_size=48)
model = UNet()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
criterion = nn.BCEWithLogitsLoss()

for epoch in range(8):
    model.train()
    for image, mask in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(image), mask)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        scores = [dice(model(image), mask) for image, mask in val_loader]
    print(f"epoch {epoch}: loss {loss.item():.4f} val dice {np.mean(scores):.4f}")

print(f"METRIC dice {np.mean(scores):.4f}")
