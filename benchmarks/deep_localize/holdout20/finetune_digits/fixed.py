"""Pretrain on the digits 0 to 4, then adapt a frozen feature extractor to the digits 5 to 9."""

import os
import random

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class ConvNet(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.Flatten(),
        )
        self.classifier = nn.Linear(32 * 4 * 4, n_classes)

    def forward(self, x):
        return self.classifier(self.backbone(x))


def get_loaders(low, high, batch_size=32):
    data = load_digits()
    chosen = (data.target >= low) & (data.target <= high)
    x = torch.tensor(data.images[chosen], dtype=torch.float32).unsqueeze(1) / 16
    y = torch.tensor(data.target[chosen] - low)
    order = torch.randperm(len(x))
    x, y = x[order], y[order]
    cut = int(0.75 * len(x))
    train = DataLoader(TensorDataset(x[:cut], y[:cut]), batch_size, shuffle=True)
    test = DataLoader(TensorDataset(x[cut:], y[cut:]), 256)
    return train, test


def fit(model, loader, optimizer, epochs):
    criterion = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"  epoch {epoch}: {total / len(loader):.4f}")


def accuracy(model, loader):
    right = total = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(1) == y).sum().item()
            total += len(y)
    return right / total


def main():
    source_train, source_test = get_loaders(0, 4)
    model = ConvNet(5)
    print("pretraining")
    fit(model, source_train, torch.optim.Adam(model.parameters(), lr=2e-3), epochs=4)
    print("source accuracy", accuracy(model, source_test))

    target_train, target_test = get_loaders(5, 9)
    for parameter in model.backbone.parameters():
        parameter.requires_grad = False
    model.classifier = nn.Linear(32 * 4 * 4, 5)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    print("adapting")
    fit(model, target_train, optimizer, epochs=8)
    print("METRIC accuracy", accuracy(model, target_test))


if __name__ == "__main__":
    main()
