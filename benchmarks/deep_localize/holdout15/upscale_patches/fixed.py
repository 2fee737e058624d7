"""Train a small super-resolution network on random smooth patches (8x8 to 16x16)."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim.lr_scheduler import StepLR

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

EPOCHS = 10
STEPS_PER_EPOCH = 30
BATCH = 12


def patches(n):
    grid = torch.linspace(0, 1, 16)
    yy, xx = torch.meshgrid(grid, grid, indexing="ij")
    freq = torch.rand(n, 2, 1, 1) * 16 - 8
    phase = torch.rand(n, 1, 1) * 6.28
    high = torch.sin(freq[:, 0] * xx + freq[:, 1] * yy + phase).unsqueeze(1)
    return F.avg_pool2d(high, 2), high


class Upscaler(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.head = nn.Conv2d(1, width, 3, padding=1)
        self.body = nn.Conv2d(width, width, 3, padding=1)
        self.tail = nn.Conv2d(width, 4, 3, padding=1)
        self.shuffle = nn.PixelShuffle(2)

    def forward(self, x):
        h = torch.relu(self.head(x))
        h = torch.relu(self.body(h))
        return self.shuffle(self.tail(h))


model = Upscaler()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
scheduler = StepLR(optimizer, step_size=EPOCHS // 2, gamma=0.1)


def train(epoch):
    model.train()
    total = 0.0
    for _ in range(STEPS_PER_EPOCH):
        low, high = patches(BATCH)
        optimizer.zero_grad()
        loss = criterion(model(low), high)
        loss.backward()
        optimizer.step()
        total += loss.item()
    scheduler.step()
    print(f"epoch {epoch} loss {total / STEPS_PER_EPOCH:.4f} lr {optimizer.param_groups[0]['lr']:.2e}")


def main():
    low_val, high_val = patches(100)
    for epoch in range(1, EPOCHS + 1):
        train(epoch)
    model.eval()
    with torch.no_grad():
        mse = criterion(model(low_val), high_val).item()
    print("METRIC val_mse", round(mse, 5))


if __name__ == "__main__":
    main()
