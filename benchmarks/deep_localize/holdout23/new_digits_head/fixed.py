"""Transfer learning: pretrain on the digits 0 to 4, then fit a new classifier for 5 to 9."""

import os
import random

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class DigitModel(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 12, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(12, 24, 3, padding=1),
            nn.ReLU(),
            nn.Flatten(),
        )
        self.classifier = nn.Linear(24 * 16, num_classes)

    def forward(self, x):
        return self.classifier(self.features(x))


def subset(images, labels, wanted):
    keep = np.isin(labels, wanted)
    x = torch.tensor(images[keep] / 16.0, dtype=torch.float32).unsqueeze(1)
    y = torch.tensor(labels[keep] - wanted[0])
    return TensorDataset(x, y)


def fit(model, loader, optimizer, epochs, name):
    criterion = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        model.train()
        loss_sum = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            loss_sum += loss.item()
        print(f"{name} epoch {epoch + 1} loss {loss_sum / len(loader):.4f}")


@torch.no_grad()
def accuracy(model, dataset):
    model.eval()
    hits = [(model(x).argmax(1) == y).float() for x, y in DataLoader(dataset, batch_size=128)]
    return torch.cat(hits).mean().item()


digits = load_digits()
old = subset(digits.images, digits.target, [0, 1, 2, 3, 4])
new = subset(digits.images, digits.target, [5, 6, 7, 8, 9])
new_train, new_test = random_split(new, [600, len(new) - 600])

# stage 1: the source task
model = DigitModel(5)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
fit(model, DataLoader(old, batch_size=32, shuffle=True), optimizer, 4, "pretrain")

# stage 2: the target task, with the features kept as they are
for param in model.features.parameters():
    param.requires_grad = False
model.classifier = nn.Linear(24 * 16, 5)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
fit(model, DataLoader(new_train, batch_size=32, shuffle=True), optimizer, 10, "transfer")

print("METRIC accuracy", accuracy(model, new_test))
