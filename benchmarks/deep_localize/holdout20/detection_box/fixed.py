"""Locate the one bright object in a picture by regressing its bounding box."""

import os
import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

SIZE = 24


class BoxDataset(Dataset):
    """Pictures with one rectangle each; a box is x1, y1, x2, y2."""

    def __init__(self, n, seed):
        rng = np.random.default_rng(seed)
        self.images = rng.normal(0, 0.15, (n, 1, SIZE, SIZE)).astype(np.float32)
        self.boxes = np.zeros((n, 4), dtype=np.float32)
        for i in range(n):
            w, h = rng.integers(6, 15, 2)
            x = rng.integers(0, SIZE - w + 1)
            y = rng.integers(0, SIZE - h + 1)
            self.images[i, 0, y : y + h, x : x + w] += rng.uniform(0.7, 1.2)
            self.boxes[i] = (x, y, x + w, y + h)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        image = torch.from_numpy(self.images[i])
        box = torch.from_numpy(self.boxes[i]) / SIZE
        return image, box


class BoxNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1),
            nn.ReLU(),
        )
        self.fc = nn.Linear(16 * 6 * 6, 64)
        self.box = nn.Linear(64, 4)

    def forward(self, x):
        x = self.features(x).flatten(1)
        x = torch.relu(self.fc(x))
        return torch.sigmoid(self.box(x))


def box_iou(a, b):
    x1, y1 = torch.maximum(a[:, 0], b[:, 0]), torch.maximum(a[:, 1], b[:, 1])
    x2, y2 = torch.minimum(a[:, 2], b[:, 2]), torch.minimum(a[:, 3], b[:, 3])
    inter = (x2 - x1).clamp(min=0) * (y2 - y1).clamp(min=0)
    area_a = (a[:, 2] - a[:, 0]).clamp(min=0) * (a[:, 3] - a[:, 1]).clamp(min=0)
    area_b = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    return inter / (area_a + area_b - inter)


def main():
    train_set = BoxDataset(640, SEED)
    test_set = BoxDataset(128, SEED + 1000)
    loader = DataLoader(train_set, batch_size=32, shuffle=True)

    net = BoxNet()
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    loss_fn = nn.SmoothL1Loss()
    for epoch in range(15):
        total = 0.0
        for images, boxes in loader:
            optimizer.zero_grad()
            loss = loss_fn(net(images), boxes)
            loss.backward()
            optimizer.step()
            total += loss.item()
        if epoch % 5 == 4:
            print(f"epoch {epoch + 1}: loss {total / len(loader):.5f}")

    with torch.no_grad():
        predicted = net(torch.from_numpy(test_set.images)) * SIZE
        score = box_iou(predicted, torch.from_numpy(test_set.boxes)).mean().item()
    print("METRIC mean_iou", score)


if __name__ == "__main__":
    main()
