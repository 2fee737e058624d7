"""Lesions in noisy slices: a small U-Net and the Dice loss."""

import os

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def slices(count, seed):
    rng = np.random.default_rng(seed)
    yy, xx = np.mgrid[:24, :24]
    images = rng.normal(0, 0.35, (count, 1, 24, 24))
    masks = np.zeros((count, 1, 24, 24))
    for image, mask in zip(images, masks):
        cy, cx = rng.uniform(5, 19, 2)
        a, b = rng.uniform(2, 5, 2)
        mask[0] = ((yy - cy) / a) ** 2 + ((xx - cx) / b) ** 2 < 1
        image[0] += 0.9 * mask[0] + 0.2 * np.sin(xx / rng.uniform(2, 5))
    return torch.tensor(images, dtype=torch.float32), torch.tensor(masks, dtype=torch.float32)


def block(i, o):
    return nn.Sequential(
        nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(), nn.Conv2d(o, o, 3, padding=1), nn.ReLU()
    )


class SmallUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = block(1, 8)
        self.bottom = block(8, 16)
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.merge = block(16, 8)
        self.outc = nn.Conv2d(8, 1, 1)

    def forward(self, x):
        skip = self.down(x)
        deep = self.bottom(nn.functional.max_pool2d(skip, 2))
        return torch.sigmoid(self.outc(self.merge(torch.cat([skip, self.up(deep)], 1))))


class DiceLoss(nn.Module):
    def __init__(self, smooth=1.0):
        super().__init__()
        self.smooth = smooth

    def forward(self, pred, target):
        pred, target = pred.flatten(1), target.flatten(1)
        intersection = (pred * target).sum(1)
        dice = (2 * intersection + self.smooth) / (pred.sum(1) + target.sum(1) + self.smooth)
        return dice.mean()


train_x, train_y = slices(320, SEED)
test_x, test_y = slices(100, SEED + 500)
net = SmallUNet()
criterion = DiceLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(7):
    net.train()
    for idx in torch.randperm(len(train_x)).split(16):
        loss = criterion(net(train_x[idx]), train_y[idx])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch + 1}/7 loss {loss.item():.4f}")

net.eval()
with torch.no_grad():
    found = net(test_x) > 0.5
truth = test_y > 0.5
iou = (found & truth).sum().item() / max(1, (found | truth).sum().item())
print("METRIC iou", iou)
