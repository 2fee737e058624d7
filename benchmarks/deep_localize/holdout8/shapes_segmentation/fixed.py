"""Small encoder-decoder that labels each pixel as background, disc or bar."""

import os

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

SIZE = 20
CLASSES = ["background", "disc", "bar"]


def draw(n):
    yy, xx = torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing="ij")
    images = 0.15 * torch.randn(n, 1, SIZE, SIZE)
    masks = torch.zeros(n, SIZE, SIZE, dtype=torch.long)
    for i in range(n):
        cy, cx, r = torch.randint(4, SIZE - 4, (1,)), torch.randint(4, SIZE - 4, (1,)), torch.randint(2, 5, (1,))
        disc = (yy - cy) ** 2 + (xx - cx) ** 2 <= r**2
        top, left = torch.randint(0, SIZE - 3, (1,)), torch.randint(0, SIZE - 9, (1,))
        bar = (yy >= top) & (yy < top + 3) & (xx >= left) & (xx < left + 9)
        masks[i][disc] = 1
        masks[i][bar] = 2
        images[i, 0][disc] += 0.6
        images[i, 0][bar] += 1.2
    return images, masks


class Block(nn.Sequential):
    def __init__(self, cin, cout):
        super().__init__(nn.Conv2d(cin, cout, 3, padding=1, bias=False), nn.BatchNorm2d(cout), nn.ReLU(inplace=True))


class TinyUNet(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.down = Block(1, 8)
        self.mid = Block(8, 16)
        self.up = Block(24, 12)
        self.out = nn.Conv2d(12, n_classes, 1)

    def forward(self, x):
        skip = self.down(x)
        deep = self.mid(F.max_pool2d(skip, 2))
        deep = F.interpolate(deep, scale_factor=2, mode="nearest")
        return self.out(self.up(torch.cat([skip, deep], 1)))


class SegmentationLoss(nn.Module):
    """Cross entropy over pixels, plus a soft Dice term over the shapes."""

    def __init__(self, n_classes, ignore=-100, dice=0.3):
        super().__init__()
        self.ce = nn.CrossEntropyLoss(ignore_index=ignore)
        self.n_classes, self.ignore, self.dice = n_classes, ignore, dice

    def forward(self, logits, target):
        loss = self.ce(logits, target)
        keep = (target != self.ignore).unsqueeze(1)
        probs = logits.softmax(1) * keep
        onehot = F.one_hot(target.clamp(min=0), self.n_classes).permute(0, 3, 1, 2) * keep
        inter = (probs * onehot).sum((0, 2, 3))
        total = (probs + onehot).sum((0, 2, 3))
        return loss + self.dice * (1 - (2 * inter[1:] + 1) / (total[1:] + 1)).mean()


def mean_iou(model, images, masks):
    model.eval()
    with torch.no_grad():
        pred = model(images).argmax(1)
    ious = []
    for c in range(len(CLASSES)):
        inter = ((pred == c) & (masks == c)).sum().item()
        union = ((pred == c) | (masks == c)).sum().item()
        ious.append(inter / max(union, 1))
    return sum(ious) / len(ious)


x_train, y_train = draw(320)
x_val, y_val = draw(100)
model = TinyUNet(len(CLASSES))
criterion = SegmentationLoss(len(CLASSES))
optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)

for epoch in range(8):
    model.train()
    perm = torch.randperm(len(x_train))
    for i in range(0, len(perm), 32):
        idx = perm[i : i + 32]
        loss = criterion(model(x_train[idx]), y_train[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"[{epoch}] loss={loss.item():.4f} mIoU={mean_iou(model, x_val, y_val):.3f}")

print("METRIC miou", mean_iou(model, x_val, y_val))
