"""Anchor-free one-class detector: heat map with CenterNet-style focal loss, box size regression
only at the positive cells (masked L1)."""

import os

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
S, G = 32, 8


def scene(b, kmax=2):
    img = 0.1 * torch.randn(b, 1, S, S)
    heat = torch.zeros(b, G, G)
    reg = torch.zeros(b, 4, G, G)
    pos = torch.zeros(b, G, G, dtype=torch.bool)
    boxes = []
    for i in range(b):
        bb = []
        for _ in range(int(torch.randint(1, kmax + 1, (1,)))):
            w, h = (torch.randint(4, 11, (2,))).tolist()
            x0 = int(torch.randint(0, S - w, (1,)))
            y0 = int(torch.randint(0, S - h, (1,)))
            img[i, 0, y0 : y0 + h, x0 : x0 + w] += 0.6 + 0.6 * float(torch.rand(1))
            cx, cy = x0 + w / 2, y0 + h / 2
            gx, gy = int(cx // 4), int(cy // 4)
            heat[i, gy, gx] = 1
            pos[i, gy, gx] = True
            reg[i, :, gy, gx] = torch.tensor([cx / 4 - gx, cy / 4 - gy, w / 4, h / 4])
            bb.append((x0, y0, x0 + w, y0 + h))
        boxes.append(bb)
    return img, heat, reg, pos, boxes


net = nn.Sequential(
    nn.Conv2d(1, 16, 3, 2, 1),
    nn.BatchNorm2d(16),
    nn.LeakyReLU(0.1),
    nn.Conv2d(16, 32, 3, 2, 1),
    nn.BatchNorm2d(32),
    nn.LeakyReLU(0.1),
    nn.Conv2d(32, 32, 3, 1, 1),
    nn.BatchNorm2d(32),
    nn.LeakyReLU(0.1),
    nn.Conv2d(32, 5, 3, 1, 1),
)
nn.init.constant_(net[-1].bias[:1].data, -2.2)
pool = scene(400)


def heat_loss(lg, t):
    p = lg.sigmoid().clamp(1e-4, 1 - 1e-4)
    pos = t * (1 - p) ** 2 * p.log()
    neg = (1 - t) * p**2 * (1 - p).log()
    return -(pos + neg).sum() / t.sum().clamp_min(1)


opt = torch.optim.Adam(net.parameters(), lr=4e-3)
sch = torch.optim.lr_scheduler.MultiStepLR(opt, [7, 10], 0.3)
for ep in range(12):
    net.train()
    for idx in torch.randperm(400).split(20):
        out = net(pool[0][idx])
        hm = heat_loss(out[:, 0], pool[1][idx])
        pm = pool[3][idx][:, None].expand(-1, 4, -1, -1)
        box = F.l1_loss(out[:, 1:][pm], pool[2][idx][pm])
        loss = hm + 0.5 * box
        opt.zero_grad()
        loss.backward()
        opt.step()
    sch.step()
    print(ep, f"heat {hm.item():.3f} box {box.item():.3f}")


def iou(a, b):
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    i = w * h
    return i / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - i)


net.eval()
img, *_, boxes = scene(120, 1)
with torch.no_grad():
    out = net(img)
hit = 0
for i in range(120):
    k = int(out[i, 0].flatten().argmax())
    gy, gx = divmod(k, G)
    dx, dy, w, h = (out[i, 1:, gy, gx] * 4).tolist()
    cx, cy = gx * 4 + dx, gy * 4 + dy
    hit += iou((cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2), boxes[i][0]) > 0.5
print("METRIC hit_rate", hit / 120)
print("METRIC good", float(hit / 120 > 0.7))
