"""Finds two landmarks (a disc and a ring) in images; heatmaps are decoded by a soft-argmax."""

import argparse
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

parser = argparse.ArgumentParser()
parser.add_argument("--size", type=int, default=24)
parser.add_argument("--steps", type=int, default=220)
parser.add_argument("--batch", type=int, default=24)
parser.add_argument("--lr", type=float, default=5e-3)
args = parser.parse_args([])


def draw(n, size):
    """Images (n, 1, size, size) and landmarks (n, 2, 2) as (x, y) in pixels."""
    points = torch.rand(n, 2, 2) * (size - 9) + 4
    rows = torch.arange(size).view(1, 1, size, 1)
    cols = torch.arange(size).view(1, 1, 1, size)
    dist = torch.sqrt((cols - points[:, :, 0, None, None]) ** 2 + (rows - points[:, :, 1, None, None]) ** 2)
    disc = (dist[:, 0] < 2.2).float()
    ring = ((dist[:, 1] - 3.0).abs() < 0.8).float()
    image = torch.maximum(disc, ring) + 0.1 * torch.randn(n, size, size)
    return image.unsqueeze(1), points


class SoftArgmax(nn.Module):
    def __init__(self, height, width):
        super().__init__()
        grid_x, grid_y = torch.meshgrid(torch.arange(width), torch.arange(height), indexing="xy")
        self.register_buffer("grid_x", grid_x.float())
        self.register_buffer("grid_y", grid_y.float())

    def forward(self, heatmaps):
        weights = heatmaps.flatten(2).softmax(-1).view_as(heatmaps)
        x = (weights * self.grid_x).sum((2, 3))
        y = (weights * self.grid_y).sum((2, 3))
        return torch.stack([x, y], dim=-1)


class LandmarkNet(nn.Module):
    def __init__(self, size, width=16):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(1, width, 5, padding=2),
            nn.ReLU(),
            nn.Conv2d(width, width, 5, padding=2),
            nn.ReLU(),
        )
        self.heatmap = nn.Conv2d(width, 2, 3, padding=1)
        self.decode = SoftArgmax(size, size)

    def forward(self, x):
        return self.decode(self.heatmap(self.backbone(x)))


model = LandmarkNet(args.size)
optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=args.lr, total_steps=args.steps)
test_x, test_y = draw(256, args.size)

for step in range(args.steps):
    x, y = draw(args.batch, args.size)
    loss = nn.functional.l1_loss(model(x), y)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    scheduler.step()
    if (step + 1) % 50 == 0:
        print(f"step {step + 1} loss {loss.item():.3f}")

model.eval()
with torch.no_grad():
    error = (model(test_x) - test_y).norm(dim=-1).mean().item()
print(f"METRIC pixel_error {error:.4f}")
