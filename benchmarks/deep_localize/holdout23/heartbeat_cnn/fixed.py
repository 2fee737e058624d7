"""Classify simulated heartbeats (normal, early, wide, inverted) with a 1D CNN."""

import argparse
import os
import random

import numpy as np
import torch
import torch.nn as nn
from torch.optim.lr_scheduler import ExponentialLR
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def beat(kind, length=64):
    t = np.linspace(0, 1, length)
    centre, width, sign = 0.5, 0.03, 1.0
    if kind == 1:
        centre = 0.36
    elif kind == 2:
        width = 0.055
    elif kind == 3:
        sign = -0.7
    centre += np.random.randn() * 0.02
    wave = sign * np.exp(-((t - centre) ** 2) / (2 * width**2))
    wave += 0.2 * np.exp(-((t - centre + 0.18) ** 2) / 0.002)
    wave += 0.3 * np.exp(-((t - centre - 0.25) ** 2) / 0.005)
    wave += 0.2 * np.sin(2 * np.pi * (t * np.random.uniform(0.5, 1.5) + np.random.rand()))
    return wave + 0.12 * np.random.randn(length)


def dataset(n):
    kinds = np.random.randint(0, 4, n)
    waves = np.stack([beat(k) for k in kinds]).astype(np.float32)
    return TensorDataset(torch.from_numpy(waves).unsqueeze(1), torch.from_numpy(kinds))


class HeartNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(1, 12, 7, stride=2, padding=3)
        self.conv2 = nn.Conv1d(12, 24, 5, stride=2, padding=2)
        self.fc = nn.Linear(24 * 16, 4)

    def forward(self, x):
        x = torch.relu(self.conv1(x))
        x = torch.relu(self.conv2(x))
        return self.fc(x.flatten(1))


def train(args, model, loader, optimizer, epoch):
    model.train()
    for batch_idx, (data, target) in enumerate(loader):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(data), target)
        loss.backward()
        optimizer.step()
        if batch_idx % args.log_interval == 0:
            print(f"Train Epoch: {epoch} [{batch_idx}/{len(loader)}]\tLoss: {loss.item():.6f}")


def test(model, loader):
    model.eval()
    correct = 0
    with torch.no_grad():
        for data, target in loader:
            correct += model(data).argmax(1).eq(target).sum().item()
    return correct / len(loader.dataset)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--lr", type=float, default=0.02)
    parser.add_argument("--gamma", type=float, default=0.85)
    parser.add_argument("--log-interval", type=int, default=20)
    args = parser.parse_args([])

    train_loader = DataLoader(dataset(1280), batch_size=32, shuffle=True)
    test_loader = DataLoader(dataset(400), batch_size=100)
    model = HeartNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
    scheduler = ExponentialLR(optimizer, gamma=args.gamma)
    for epoch in range(1, args.epochs + 1):
        train(args, model, train_loader, optimizer, epoch)
        scheduler.step()
    print(f"METRIC accuracy {test(model, test_loader):.4f}")


if __name__ == "__main__":
    main()
