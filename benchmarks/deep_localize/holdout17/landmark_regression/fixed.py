"""Locate up to four landmarks in a small image; landmarks that are out of view are masked."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

SIZE, POINTS = 16, 4


def make_batch(count):
    points = torch.rand(count, POINTS, 2) * 2 - 1
    visible = (torch.rand(count, POINTS) < 0.8).float()
    grid = torch.linspace(-1, 1, SIZE)
    yy, xx = torch.meshgrid(grid, grid, indexing="ij")
    distance = (xx - points[..., 0, None, None]) ** 2 + (yy - points[..., 1, None, None]) ** 2
    # one channel per landmark kind
    image = torch.exp(-distance / 0.05) * visible[..., None, None]
    return image + 0.1 * torch.randn_like(image), points, visible


class LandmarkNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(POINTS, 16, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 16, 3, padding=1),
            nn.ReLU(),
        )
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(16 * 8 * 8, 64), nn.ReLU(), nn.Linear(64, POINTS * 2))

    def forward(self, x):
        return self.head(self.features(x)).view(-1, POINTS, 2)


def distance_loss(predicted, points, visible):
    difference = (predicted - points) * visible.unsqueeze(-1)
    distance = torch.sqrt(difference.pow(2).sum(-1) + 1e-8)
    return (distance * visible).sum() / visible.sum()


net = LandmarkNet()
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=300)
net.train()
for step in range(300):
    image, points, visible = make_batch(32)
    loss = distance_loss(net(image), points, visible)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if step % 60 == 0:
        print(f"step {step} mean distance {loss.item():.4f}")

net.eval()
with torch.no_grad():
    image, points, visible = make_batch(300)
    error = distance_loss(net(image), points, visible).item()
print(f"METRIC mean_distance {error:.4f}")
