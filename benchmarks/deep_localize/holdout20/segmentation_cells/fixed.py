"""Segment bright cells in noisy images with a small U-shaped network."""

import os
import random

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

SIZE = 24


def draw_sample(rng):
    yy, xx = np.mgrid[0:SIZE, 0:SIZE]
    mask = np.zeros((SIZE, SIZE), dtype=np.float32)
    for _ in range(rng.integers(1, 4)):
        cy, cx = rng.uniform(4, SIZE - 4, 2)
        ry, rx = rng.uniform(2, 4, 2)
        mask[((yy - cy) / ry) ** 2 + ((xx - cx) / rx) ** 2 <= 1] = 1.0
    background = 0.3 * np.sin(xx / rng.uniform(3, 9) + rng.uniform(0, 6))
    image = mask * rng.uniform(0.8, 1.3) + background + rng.normal(0, 0.3, mask.shape)
    return image.astype(np.float32), mask


def make_set(n, rng):
    pairs = [draw_sample(rng) for _ in range(n)]
    images = torch.from_numpy(np.stack([p[0] for p in pairs])).unsqueeze(1)
    masks = torch.from_numpy(np.stack([p[1] for p in pairs])).unsqueeze(1)
    return images, masks


def block(cin, cout):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1), nn.BatchNorm2d(cout), nn.ReLU(inplace=True))


class TinyUNet(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.down1 = block(1, width)
        self.pool = nn.MaxPool2d(2)
        self.down2 = block(width, 2 * width)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.merge = block(3 * width, width)
        self.head = nn.Sequential(
            nn.Conv2d(width, 1, 1),
        )

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(self.pool(a))
        c = self.merge(torch.cat([a, self.up(b)], dim=1))
        return self.head(c)


def iou(prediction, mask):
    both = (prediction & mask).sum().item()
    either = (prediction | mask).sum().item()
    return both / max(either, 1)


def main():
    rng = np.random.default_rng(SEED)
    images, masks = make_set(320, rng)
    val_images, val_masks = make_set(80, rng)

    model = TinyUNet()
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

    for epoch in range(6):
        model.train()
        order = torch.randperm(len(images))
        losses = []
        for start in range(0, len(images), 16):
            idx = order[start : start + 16]
            loss = criterion(model(images[idx]), masks[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        model.eval()
        with torch.no_grad():
            probability = torch.sigmoid(model(val_images))
        score = iou(probability > 0.5, val_masks.bool())
        print(f"epoch {epoch} loss {np.mean(losses):.4f} val IoU {score:.3f}")

    print("METRIC iou", score)


if __name__ == "__main__":
    main()
