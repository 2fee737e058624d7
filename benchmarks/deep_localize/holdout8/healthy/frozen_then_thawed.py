"""Learns edges' directions on plenty of images, then few labelled shapes: body frozen first, thawed at a tiny rate."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def bars(n, kinds):
    """16x16 images of stripes in one of so many directions."""
    y = torch.randint(0, kinds, (n,))
    angle = y * torch.pi / kinds
    grid = torch.arange(16.0)
    along = (
        grid[None, :, None] * torch.cos(angle)[:, None, None] + grid[None, None, :] * torch.sin(angle)[:, None, None]
    )
    images = torch.sin(along * 1.3 + 6.28 * torch.rand(n, 1, 1)) + 0.4 * torch.randn(n, 16, 16)
    return images[:, None], y


class Body(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(1, 10, 5, padding=2), nn.BatchNorm2d(10)
        self.conv2, self.bn2 = nn.Conv2d(10, 24, 3, padding=1), nn.BatchNorm2d(24)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = F.relu(self.bn2(self.conv2(x)))
        return x.mean((2, 3))


def train(body, head, data, optimizer, epochs, frozen=False):
    x, y = data
    for epoch in range(epochs):
        head.train()
        body.train(not frozen)
        for idx in torch.randperm(len(x)).split(32):
            loss = F.cross_entropy(head(body(x[idx])), y[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    print("loss", round(loss.item(), 4))


body = Body()
pretext = nn.Linear(24, 4)
train(body, pretext, bars(800, 4), torch.optim.Adam([*body.parameters(), *pretext.parameters()], lr=3e-3), 3)

head = nn.Linear(24, 8)
few = bars(240, 8)
for p in body.parameters():
    p.requires_grad = False
train(body, head, few, torch.optim.Adam(head.parameters(), lr=2e-2), 15, frozen=True)

for p in body.parameters():
    p.requires_grad = True
groups = [{"params": body.parameters(), "lr": 1e-4}, {"params": head.parameters(), "lr": 3e-3}]
train(body, head, few, torch.optim.Adam(groups), 6, frozen=True)

body.eval()
x_test, y_test = bars(400, 8)
with torch.no_grad():
    accuracy = (head(body(x_test)).argmax(1) == y_test).float().mean().item()
print("METRIC accuracy", accuracy)
