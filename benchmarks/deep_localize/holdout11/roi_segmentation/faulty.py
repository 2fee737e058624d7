"""Segments noisy blobs; annotations exist only inside a region of interest, so the Dice loss is masked."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
SIDE = 20


def make_slices(n):
    yy, xx = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    target = torch.zeros(n, 1, SIDE, SIDE)
    for _ in range(2):
        cy, cx = torch.randint(2, SIDE - 2, (2, n, 1, 1))
        radius = torch.rand(n, 1, 1) * 2 + 1.5
        target[:, 0] += ((yy - cy) ** 2 + (xx - cx) ** 2).sqrt() < radius
    target = target.clamp(max=1)
    image = target + 0.7 * torch.randn_like(target)
    roi = torch.zeros_like(target)
    corner = torch.randint(0, SIDE - 7, (n, 2))
    for k, (r, c) in enumerate(corner.tolist()):
        roi[k, 0, r : r + 8, c : c + 8] = 1
    return image, target, roi


class MaskedDiceLoss(nn.Module):
    """Soft Dice over the batch, computed from logits inside the mask."""

    def __init__(self, smooth=1.0):
        super().__init__()
        self.smooth = smooth

    def forward(self, logits, target, mask):
        prob = torch.sigmoid(logits * mask)
        target = target * mask
        inter = (prob * target).sum()
        return 1 - (2 * inter + self.smooth) / (prob.sum() + target.sum() + self.smooth)


class SmallUNet(nn.Module):
    def __init__(self, w=10):
        super().__init__()
        self.enc1 = self.block(1, w)
        self.down = nn.MaxPool2d(2)
        self.enc2 = self.block(w, 2 * w)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.dec = self.block(3 * w, w)
        self.final = nn.Conv2d(w, 1, 1)

    @staticmethod
    def block(i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        a = self.enc1(x)
        b = self.enc2(self.down(a))
        return self.final(self.dec(torch.cat([a, self.up(b)], 1)))


def dice_score(pred, target):
    return (2 * (pred * target).sum() / (pred.sum() + target.sum())).item()


train, valid = make_slices(600), make_slices(150)
model = SmallUNet()
loss_fn = MaskedDiceLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(8):
    model.train()
    total = 0.0
    for idx in torch.randperm(600).split(30):
        image, target, roi = (t[idx] for t in train)
        loss = loss_fn(model(image), target, roi)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() / 20
    model.eval()
    with torch.no_grad():
        score = dice_score((model(valid[0]) > 0).float(), valid[1])
    print(f"epoch {epoch + 1}: loss {total:.4f}, valid dice {score:.4f}")
print("METRIC dice", round(score, 4))
