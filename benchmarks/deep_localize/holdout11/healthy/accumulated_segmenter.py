"""Segments lesions that cover few pixels: micro-batches with gradient accumulation, focal loss, warmup and cosine decay."""

import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
SIDE, MICRO, ACCUMULATE, EPOCHS = 20, 10, 4, 12


def scans(n):
    yy, xx = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    cy, cx = torch.randint(3, SIDE - 3, (2, n, 1, 1))
    r = 1.2 + 1.6 * torch.rand(n, 1, 1)
    lesion = (((yy - cy) ** 2 + (xx - cx) ** 2).sqrt() < r).float().unsqueeze(1)
    tissue = F.avg_pool2d(torch.randn(n, 1, SIDE + 4, SIDE + 4), 5, stride=1)
    return tissue + 1.3 * lesion + 0.3 * torch.randn_like(lesion), lesion


def focal(logits, target, gamma=2.0, alpha=0.75):
    ce = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    p_t = torch.exp(-ce)
    a_t = alpha * target + (1 - alpha) * (1 - target)
    return (a_t * (1 - p_t) ** gamma * ce).sum() / target.sum().clamp(min=1)


net = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1),
    nn.GroupNorm(4, 16),
    nn.ReLU(),
    nn.Conv2d(16, 16, 3, padding=1),
    nn.GroupNorm(4, 16),
    nn.ReLU(),
    nn.Conv2d(16, 16, 3, padding=2, dilation=2),
    nn.ReLU(),
    nn.Conv2d(16, 1, 1),
)
nn.init.constant_(net[-1].bias, -3.0)
images, masks = scans(600)
updates = EPOCHS * (600 // (MICRO * ACCUMULATE))
optimizer = torch.optim.AdamW(net.parameters(), lr=6e-3)
warm = 15
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda i: (i + 1) / warm if i < warm else 0.5 * (1 + math.cos(math.pi * (i - warm) / (updates - warm)))
)
for epoch in range(EPOCHS):
    net.train()
    total = 0.0
    optimizer.zero_grad()
    for k, idx in enumerate(torch.randperm(600).split(MICRO)):
        loss = focal(net(images[idx]), masks[idx])
        (loss / ACCUMULATE).backward()
        total += loss.item() / 60
        if (k + 1) % ACCUMULATE == 0:
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1}: focal {total:.4f} lr {scheduler.get_last_lr()[0]:.2e}")
net.eval()
with torch.no_grad():
    images, masks = scans(200)
    predicted = (net(images) > 0).float()
    dice = 2 * (predicted * masks).sum() / (predicted.sum() + masks.sum())
print("METRIC dice", round(dice.item(), 4))
