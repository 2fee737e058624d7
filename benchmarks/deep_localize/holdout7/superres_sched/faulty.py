"""Super-resolution of smooth textures by a factor of two, with a step schedule for the learning rate."""

import argparse
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--batch-size", type=int, default=20)
parser.add_argument("--lr", type=float, default=2e-3)
args = parser.parse_args([])

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def textures(n, size=16):
    grid = torch.linspace(0, 1, size)
    gx, gy = torch.meshgrid(grid, grid, indexing="ij")
    freq = 6 + 22 * torch.rand(n, 2, 1, 1)
    phase = 6.3 * torch.rand(n, 1, 1)
    waves = torch.sin(freq[:, 0] * gx + freq[:, 1] * gy + phase)
    return (0.5 + 0.5 * torch.tanh(3 * waves)).unsqueeze(1)


def downscale(x):
    return F.avg_pool2d(x, 2)


class Generator(nn.Module):
    def __init__(self, width=20, blocks=2):
        super().__init__()
        self.head = nn.Conv2d(1, width, 3, padding=1)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.PReLU(), nn.Conv2d(width, width, 3, padding=1))
            for _ in range(blocks)
        )
        self.up = nn.Sequential(nn.Conv2d(width, 4, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, x):
        h = torch.relu(self.head(x))
        for block in self.blocks:
            h = h + block(h)
        return self.up(h)


hr = textures(600)
loader = DataLoader(TensorDataset(downscale(hr), hr), batch_size=args.batch_size, shuffle=True)
test = textures(100)

generator = Generator()
optimizer = torch.optim.Adam(generator.parameters(), lr=args.lr)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=args.epochs // 2, gamma=0.1)

for epoch in range(args.epochs):
    generator.train()
    total = 0.0
    for lr_image, hr_image in loader:
        loss = F.mse_loss(generator(lr_image), hr_image)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        total += loss.item()
    print(f"epoch {epoch}: mse {total / len(loader):.5f} lr {scheduler.get_last_lr()[0]:.1e}")

generator.eval()
with torch.no_grad():
    print("METRIC mse", F.mse_loss(generator(downscale(test)), test).item())
