"""Keypoint regression: left and right hand of a small figure, with flips as augmentation."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

SIZE = 20


class Figures(Dataset):
    """A body, and two hands: the right hand (seen on the left half of the picture) first. Values in [0, 1]."""

    def __init__(self, n, flip=0.0):
        self.flip = flip
        grid = torch.arange(SIZE).float()
        rows, cols = torch.meshgrid(grid, grid, indexing="ij")
        right = torch.stack([1 + 7 * torch.rand(n), 2 + 15 * torch.rand(n)], 1)
        left = torch.stack([11 + 7 * torch.rand(n), 2 + 15 * torch.rand(n)], 1)
        points = torch.stack([right, left], 1)
        blob = torch.exp(-((cols - points[..., 0, None, None]) ** 2 + (rows - points[..., 1, None, None]) ** 2) / 3)
        body = ((cols - 9.5).abs() < 1.2).float() * 0.5
        self.images = (blob.sum(1) + body + 0.05 * torch.randn(n, SIZE, SIZE))[:, None]
        self.points = points / (SIZE - 1)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        image, points = self.images[i], self.points[i].clone()
        if torch.rand(()) < self.flip:
            image = image.flip(-1)
            points[:, 0] = 1 - points[:, 0]
        return image, points.flatten()


class KeypointNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU()
        )
        self.regress = nn.Sequential(nn.Flatten(), nn.Linear(16 * 25, 64), nn.ReLU(), nn.Linear(64, 4))

    def forward(self, x):
        return self.regress(self.features(x))


def run_epoch(model, loader, optimizer=None):
    model.train(optimizer is not None)
    total = 0.0
    with torch.set_grad_enabled(optimizer is not None):
        for images, points in loader:
            loss = nn.functional.mse_loss(model(images), points)
            if optimizer is not None:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            total += loss.item() * len(images)
    return total / len(loader.dataset)


train_loader = DataLoader(Figures(800, flip=0.5), batch_size=32, shuffle=True)
valid_loader = DataLoader(Figures(200), batch_size=100)
model = KeypointNet()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(12):
    train_loss = run_epoch(model, train_loader, optimizer)
    valid_loss = run_epoch(model, valid_loader)
    print(f"epoch {epoch} train {train_loss:.5f} valid {valid_loss:.5f}")
print(f"METRIC keypoint_mse {valid_loss:.6f}")
