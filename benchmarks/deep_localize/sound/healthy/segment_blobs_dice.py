"""Tiny U-Net, segmentation of small discs (about 2 % of pixels positive) with soft dice plus
focal loss. Fresh pictures at every step."""

import os

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
S = 24
yy, xx = torch.meshgrid(torch.arange(S), torch.arange(S), indexing="ij")


def batch(b):
    c = torch.rand(b, 2) * (S - 6) + 3
    r = torch.rand(b) * 1.3 + 1.4
    m = ((yy[None] - c[:, 0, None, None]) ** 2 + (xx[None] - c[:, 1, None, None]) ** 2 < r[:, None, None] ** 2).float()
    # a bar of the same brightness, a distractor
    col = torch.randint(0, S, (b,))
    bar = F.one_hot(col, S).float()[:, None, :].expand(b, S, S)
    img = 1.0 * m + 0.8 * bar * (1 - m) + 0.25 * torch.randn(b, S, S)
    return img[:, None], m[:, None]


class Block(nn.Sequential):
    def __init__(self, i, o):
        super().__init__(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.GroupNorm(4, o), nn.ReLU())


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = Block(1, 8), Block(8, 16)
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.c = Block(16, 8)
        self.out = nn.Conv2d(8, 1, 1)
        nn.init.constant_(self.out.bias, -3.0)

    def forward(self, x):
        a = self.a(x)
        b = self.b(F.max_pool2d(a, 2))
        return self.out(self.c(torch.cat([a, self.up(b)], 1)))


def dice(logit, m):
    p = logit.sigmoid()
    inter = (p * m).sum((1, 2, 3))
    return 1 - ((2 * inter + 1) / (p.sum((1, 2, 3)) + m.sum((1, 2, 3)) + 1)).mean()


def focal(logit, m, gamma=2.0):
    ce = F.binary_cross_entropy_with_logits(logit, m, reduction="none")
    return ((1 - torch.exp(-ce)) ** gamma * ce).mean()


net = UNet()
opt = torch.optim.AdamW(net.parameters(), lr=8e-3)
for it in range(320):
    x, m = batch(16)
    lg = net(x)
    loss = dice(lg, m) + 20 * focal(lg, m)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 25 == 0:
        print(it, round(loss.item(), 4))
net.eval()
with torch.no_grad():
    x, m = batch(200)
    p = net(x) > 0
    iou = ((p & (m > 0)).sum() / (p | (m > 0)).sum()).item()
print("METRIC iou", iou)
print("METRIC good", float(iou > 0.7))
