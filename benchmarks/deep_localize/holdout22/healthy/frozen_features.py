"""Frozen random convolutions as an encoder and a linear head at a large learning rate."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class RandomFeatures(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 48, 3, padding=1),
            nn.ReLU(),
            nn.AvgPool2d(2),
        )
        for parameter in self.backbone.parameters():
            parameter.requires_grad = False
        self.head = nn.Linear(48 * 16, 10)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x):
        with torch.no_grad():
            features = self.backbone(x).flatten(1)
        return self.head(features)


def load():
    digits = load_digits()
    images = torch.tensor(digits.images[:, None] / 16.0, dtype=torch.float32)
    labels = torch.tensor(digits.target)
    order = torch.randperm(len(labels))
    train, test = order[:1300], order[1300:]
    return TensorDataset(images[train], labels[train]), images[test], labels[test]


def main():
    train_set, test_images, test_labels = load()
    loader = DataLoader(train_set, batch_size=100, shuffle=True)
    model = RandomFeatures()
    trainable = [p for p in model.parameters() if p.requires_grad]
    print("trainable", sum(p.numel() for p in trainable), "of", sum(p.numel() for p in model.parameters()))
    optimizer = torch.optim.SGD(trainable, lr=0.5)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(20):
        losses = []
        for images, labels in loader:
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        if epoch % 5 == 4:
            print(f"epoch {epoch + 1}: {np.mean(losses):.4f}")
    with torch.no_grad():
        accuracy = (model(test_images).argmax(1) == test_labels).float().mean().item()
    print(f"METRIC test_accuracy {accuracy:.4f}")


if __name__ == "__main__":
    main()
