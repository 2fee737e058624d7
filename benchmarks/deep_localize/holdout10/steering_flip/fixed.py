"""Steering angle from a picture of the road, with random mirroring as augmentation."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

H, W = 16, 24


def render(n):
    """A lane that bends: bright where the lane is, the bend is the angle."""
    angle = torch.rand(n) * 2 - 1
    offset = 0.3 * torch.randn(n)
    depth = torch.linspace(0, 1, H)
    center = offset[:, None] + angle[:, None] * depth**2 * 1.2  # n x H
    cols = torch.linspace(-2, 2, W)
    width = 0.5 - 0.3 * depth
    image = torch.exp(-(((cols[None, None] - center[..., None]) / width[None, :, None]) ** 2))
    image = image.flip(1) + 0.15 * torch.randn(n, H, W)
    return image.unsqueeze(1), angle


class Road(Dataset):
    def __init__(self, n, augment=False):
        self.images, self.angles = render(n)
        self.augment = augment

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        image, angle = self.images[i], self.angles[i]
        if self.augment:
            if torch.rand(()) < 0.5:
                image = image.flip(-1)
                angle = -angle
            image = image * (0.8 + 0.4 * torch.rand(()))
        return image, angle


class PilotNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, 8, 5, stride=2, padding=2), nn.ELU(), nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ELU()
        )
        self.fc = nn.Sequential(nn.Flatten(), nn.Linear(16 * 4 * 6, 32), nn.ELU(), nn.Linear(32, 1))

    def forward(self, x):
        return self.fc(self.conv(x)).squeeze(1)


net = PilotNet()
loader = DataLoader(Road(1000, augment=True), batch_size=32, shuffle=True)
test = Road(300)
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
mse = nn.MSELoss()


def r2():
    net.eval()
    with torch.no_grad():
        residual = (net(test.images) - test.angles).square().mean() / test.angles.var()
    return 1 - residual.item()


for epoch in range(8):
    net.train()
    for image, angle in loader:
        opt.zero_grad()
        loss = mse(net(image), angle)
        loss.backward()
        opt.step()
    print(f"epoch {epoch} loss {loss.item():.4f} r2 {r2():.3f}")

print("METRIC r2", r2())
