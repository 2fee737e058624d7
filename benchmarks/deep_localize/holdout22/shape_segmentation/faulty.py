"""Semantic segmentation of discs and squares on a noisy background with a tiny U-Net."""

import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

SIZE = 24
NUM_CLASSES = 3


def draw_scene():
    rows, cols = np.mgrid[:SIZE, :SIZE]
    mask = np.zeros((SIZE, SIZE), dtype=np.int64)
    r, c = np.random.randint(5, SIZE - 5, 2)
    mask[(rows - r) ** 2 + (cols - c) ** 2 < np.random.randint(9, 26)] = 1
    r, c = np.random.randint(4, SIZE - 4, 2)
    half = np.random.randint(2, 5)
    mask[(abs(rows - r) <= half) & (abs(cols - c) <= half)] = 2
    colours = np.array([[0.2, 0.2, 0.2], [0.7, 0.3, 0.4], [0.3, 0.4, 0.7]])
    image = colours[mask] + np.random.normal(0, 0.12, (SIZE, SIZE, 3))
    return image.transpose(2, 0, 1).astype(np.float32), mask


def make_set(count):
    images, masks = zip(*(draw_scene() for _ in range(count)))
    return torch.from_numpy(np.stack(images)), torch.from_numpy(np.stack(masks))


def block(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU())


class TinyUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = block(3, 12)
        self.down2 = block(12, 24)
        self.pool = nn.MaxPool2d(2)
        self.up = nn.Upsample(scale_factor=2)
        self.merge = block(36, 12)
        self.final = nn.Conv2d(12, NUM_CLASSES, 1)

    def forward(self, x):
        first = self.down1(x)
        second = self.down2(self.pool(first))
        merged = self.merge(torch.cat([first, self.up(second)], dim=1))
        return self.final(merged)


def mean_iou(predicted, masks):
    scores = []
    for c in range(NUM_CLASSES):
        both = ((predicted == c) & (masks == c)).sum().item()
        either = ((predicted == c) | (masks == c)).sum().item()
        scores.append(both / max(either, 1))
    return float(np.mean(scores))


train_images, train_masks = make_set(240)
test_images, test_masks = make_set(60)
net = TinyUNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)

for epoch in range(8):
    net.train()
    losses = []
    for batch in torch.randperm(len(train_images)).split(16):
        optimizer.zero_grad()
        output = net(train_images[batch])
        output = output.reshape(-1, NUM_CLASSES)
        loss = criterion(output, train_masks[batch].view(-1))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(f"epoch {epoch} loss {np.mean(losses):.4f}")

net.eval()
with torch.no_grad():
    predicted = net(test_images).argmax(1)
print(f"METRIC test_miou {mean_iou(predicted, test_masks):.4f}")
