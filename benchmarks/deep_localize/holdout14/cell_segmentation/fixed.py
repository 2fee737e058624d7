"""Segments synthetic microscopy tiles into background, cytoplasm and nucleus with a small U-Net."""

import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
np.random.seed(SEED)

CLASSES = ["background", "cytoplasm", "nucleus"]


class Tiles(Dataset):
    def __init__(self, n, size=32):
        yy, xx = np.mgrid[:size, :size]
        self.images, self.masks = [], []
        for _ in range(n):
            mask = np.zeros((size, size), dtype=np.int64)
            for _ in range(np.random.randint(2, 5)):
                cx, cy = np.random.uniform(5, size - 5, 2)
                r = np.random.uniform(3.5, 6)
                d = np.hypot(xx - cx, yy - cy)
                mask[d < r] = 1
                mask[d < r * 0.6] = 2
            image = np.choose(mask, [0.1, 0.5, 0.9]) + 0.12 * np.random.randn(size, size)
            self.images.append(((image - 0.3) / 0.3).astype(np.float32)[None])
            self.masks.append(mask)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return torch.from_numpy(self.images[i]), torch.from_numpy(self.masks[i])


def double_conv(cin, cout):
    return nn.Sequential(
        nn.Conv2d(cin, cout, 3, padding=1, bias=False),
        nn.BatchNorm2d(cout),
        nn.ReLU(inplace=True),
        nn.Conv2d(cout, cout, 3, padding=1, bias=False),
        nn.BatchNorm2d(cout),
        nn.ReLU(inplace=True),
    )


class UNet(nn.Module):
    def __init__(self, width=8, n_classes=3):
        super().__init__()
        self.enc1 = double_conv(1, width)
        self.enc2 = double_conv(width, 2 * width)
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.dec1 = double_conv(2 * width, width)
        self.head = nn.Conv2d(width, n_classes, 1)

    def forward(self, x):
        e1 = self.enc1(x)
        e2 = self.enc2(self.pool(e1))
        return self.head(self.dec1(torch.cat([self.up(e2), e1], dim=1)))


def mean_iou(model, loader):
    model.eval()
    inter = torch.zeros(len(CLASSES))
    union = torch.zeros(len(CLASSES))
    with torch.no_grad():
        for x, y in loader:
            pred = model(x).argmax(1)
            for c in range(len(CLASSES)):
                inter[c] += ((pred == c) & (y == c)).sum()
                union[c] += ((pred == c) | (y == c)).sum()
    return (inter / union.clamp(min=1)).mean().item()


# unlabelled pixels, where a tile has any, carry -1
IGNORE = -1

train_loader = DataLoader(Tiles(160), batch_size=8, shuffle=True)
valid_loader = DataLoader(Tiles(40), batch_size=40)
model = UNet()
criterion = nn.CrossEntropyLoss(ignore_index=IGNORE)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 8)

for epoch in range(8):
    model.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    scheduler.step()
    miou = mean_iou(model, valid_loader)
    print(f"epoch {epoch} loss {loss.item():.4f} miou {miou:.3f}")

print(f"METRIC miou {miou:.4f}")
