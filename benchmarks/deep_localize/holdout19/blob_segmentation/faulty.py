"""Segment bright blobs in noisy pictures with a small encoder-decoder."""

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


def draw_scene(rng):
    yy, xx = np.mgrid[0:SIZE, 0:SIZE]
    mask = np.zeros((SIZE, SIZE), dtype=bool)
    for _ in range(rng.integers(1, 3)):
        cy, cx = rng.uniform(4, SIZE - 4, 2)
        ry, rx = rng.uniform(2.5, 5.0, 2)
        mask |= ((yy - cy) / ry) ** 2 + ((xx - cx) / rx) ** 2 < 1
    image = 0.5 * mask + 0.25 * rng.standard_normal((SIZE, SIZE))
    return image.astype(np.float32), mask.astype(np.float32)


class BlobDataset(Dataset):
    def __init__(self, n, seed, augment=False):
        rng = np.random.default_rng(seed)
        self.scenes = [draw_scene(rng) for _ in range(n)]
        self.augment = augment

    def __len__(self):
        return len(self.scenes)

    def __getitem__(self, index):
        image, mask = self.scenes[index]
        image, mask = torch.from_numpy(image)[None], torch.from_numpy(mask)[None]
        if self.augment:
            if random.random() < 0.5:
                image = image.flip(-1)
            if random.random() < 0.5:
                image = image.flip(-2)
        return image, mask


class TinyUNet(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.enc1 = nn.Conv2d(1, width, 3, padding=1)
        self.enc2 = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.up = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.dec = nn.Conv2d(2 * width, width, 3, padding=1)
        self.out = nn.Conv2d(width, 1, 1)

    def forward(self, x):
        a = F.relu(self.enc1(x))
        b = F.relu(self.enc2(F.max_pool2d(a, 2)))
        c = F.relu(self.dec(torch.cat([a, self.up(b)], dim=1)))
        return self.out(c)


def iou(model, loader):
    model.eval()
    inter = union = 0.0
    with torch.no_grad():
        for image, mask in loader:
            pred = model(image) > 0
            inter += (pred & (mask > 0.5)).sum().item()
            union += (pred | (mask > 0.5)).sum().item()
    return inter / max(union, 1.0)


def main():
    train = DataLoader(BlobDataset(240, SEED * 2 + 1, augment=True), batch_size=16, shuffle=True)
    val = DataLoader(BlobDataset(80, SEED * 2 + 2), batch_size=80)
    model = TinyUNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(12):
        model.train()
        for image, mask in train:
            loss = F.binary_cross_entropy_with_logits(model(image), mask)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if epoch % 3 == 2:
            print(f"epoch {epoch + 1} loss {loss.item():.4f} iou {iou(model, val):.3f}")
    print("METRIC val_iou", iou(model, val))


if __name__ == "__main__":
    main()
