"""Doubles the resolution of small grey images of discs and bars with a pixel-shuffle network."""

import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
EPOCHS = 12


def draw(n, side=16):
    """Anti-aliased discs and bars in [0, 1]."""
    ys, xs = torch.meshgrid(torch.arange(side) + 0.5, torch.arange(side) + 0.5, indexing="ij")
    cy, cx = torch.rand(2, n, 1, 1) * 8 + 4
    radius = torch.rand(n, 1, 1) * 3 + 2
    disc = torch.sigmoid(4 * (radius - ((ys - cy) ** 2 + (xs - cx) ** 2).sqrt()))
    angle = torch.rand(n, 1, 1) * math.pi
    off = (xs - 8) * angle.cos() + (ys - 8) * angle.sin() + torch.randn(n, 1, 1)
    bar = torch.sigmoid(4 * (1.2 - off.abs()))
    level = torch.rand(2, n, 1, 1) * 0.5 + 0.5
    return torch.maximum(level[0] * disc, level[1] * bar).unsqueeze(1)


class Upscaler(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.head = nn.Conv2d(1, width, 3, padding=1)
        self.body = nn.Sequential(
            nn.PReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.PReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.PReLU(),
        )
        self.tail = nn.Conv2d(width, 4, 3, padding=1)
        self.shuffle = nn.PixelShuffle(2)

    def forward(self, x):
        return self.shuffle(self.tail(self.body(self.head(x))))


high = draw(1100)
low = F.avg_pool2d(high, 2)
train_loader = DataLoader(TensorDataset(low[:900], high[:900]), batch_size=30, shuffle=True)

model = Upscaler()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
scheduler = StepLR(optimizer, step_size=EPOCHS // 2, gamma=0.1)
criterion = nn.MSELoss()

for epoch in range(EPOCHS):
    model.train()
    running = 0.0
    for lr_image, hr_image in train_loader:
        loss = criterion(model(lr_image), hr_image)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss.item()
    scheduler.step()
    print(f"[{epoch + 1}/{EPOCHS}] mse {running / len(train_loader):.5f} lr {optimizer.param_groups[0]['lr']:.1e}")

model.eval()
with torch.no_grad():
    mse = criterion(model(low[900:]).clamp(0, 1), high[900:]).item()
print(f"psnr {-10 * math.log10(mse):.2f} dB")
print("METRIC mse", round(mse, 6))
