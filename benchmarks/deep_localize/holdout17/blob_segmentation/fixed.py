"""Segment bright discs on a noisy background with a tiny U-shaped network."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)

SIZE = 24


def make_images(count):
    yy, xx = np.mgrid[:SIZE, :SIZE]
    images, masks = [], []
    for _ in range(count):
        mask = np.zeros((SIZE, SIZE), dtype=bool)
        for _ in range(rng.integers(1, 3)):
            cy, cx, radius = rng.uniform(4, SIZE - 4), rng.uniform(4, SIZE - 4), rng.uniform(2, 3.5)
            mask |= (yy - cy) ** 2 + (xx - cx) ** 2 < radius**2
        image = 0.8 * mask + rng.normal(0, 0.5, mask.shape)
        images.append(image)
        masks.append(mask)
    x = torch.tensor(np.stack(images), dtype=torch.float32).unsqueeze(1)
    return (x - x.mean()) / x.std(), torch.tensor(np.stack(masks), dtype=torch.float32).unsqueeze(1)


class SmallUNet(nn.Module):
    def __init__(self, base=8):
        super().__init__()
        self.down1 = nn.Sequential(nn.Conv2d(1, base, 3, padding=1), nn.ReLU())
        self.down2 = nn.Sequential(nn.Conv2d(base, 2 * base, 3, padding=1), nn.ReLU())
        self.up1 = nn.Sequential(nn.Conv2d(3 * base, base, 3, padding=1), nn.ReLU())
        self.outconv = nn.Conv2d(base, 1, 1)

    def forward(self, x):
        d1 = self.down1(x)
        d2 = self.down2(F.max_pool2d(d1, 2))
        up = F.interpolate(d2, scale_factor=2, mode="nearest")
        u1 = self.up1(torch.cat([up, d1], dim=1))
        return self.outconv(u1)


def dice(net, x, y):
    net.eval()
    with torch.no_grad():
        predicted = (torch.sigmoid(net(x)) > 0.5).float()
    return (2 * (predicted * y).sum() / (predicted.sum() + y.sum() + 1e-6)).item()


train_x, train_y = make_images(400)
val_x, val_y = make_images(100)
net = SmallUNet()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)

for epoch in range(10):
    net.train()
    order = torch.randperm(len(train_x))
    for start in range(0, len(order), 16):
        batch = order[start : start + 16]
        optimizer.zero_grad()
        loss = criterion(net(train_x[batch]), train_y[batch])
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch + 1}: loss {loss.item():.4f}, val dice {dice(net, val_x, val_y):.3f}")

print(f"METRIC dice {dice(net, val_x, val_y):.4f}")
