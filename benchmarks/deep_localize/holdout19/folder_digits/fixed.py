"""Classify digit pictures that are read class by class from a folder-like listing."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def list_files():
    """(class name, picture) in the order of the class folders."""
    digits = load_digits()
    listing = []
    for c in range(10):
        for i in np.flatnonzero(digits.target == c):
            listing.append((str(c), digits.images[i]))
    return listing


class PictureFolder(Dataset):
    def __init__(self, listing, train):
        self.classes = sorted({name for name, _ in listing})
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}
        chooser = np.random.default_rng(SEED)
        held_out = chooser.random(len(listing)) < 0.25
        self.samples = [s for s, out in zip(listing, held_out) if out != train]

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        name, picture = self.samples[index]
        tensor = torch.tensor(picture / 16.0, dtype=torch.float32).unsqueeze(0)
        return (tensor - 0.3) / 0.37, self.class_to_idx[name]


def make_model():
    return nn.Sequential(
        nn.Conv2d(1, 8, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 16, kernel_size=3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(16 * 16, 10),
    )


listing = list_files()
train_loader = DataLoader(PictureFolder(listing, train=True), batch_size=32, shuffle=True)
test_loader = DataLoader(PictureFolder(listing, train=False), batch_size=128)

model = make_model()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
criterion = nn.CrossEntropyLoss()

for epoch in range(6):
    model.train()
    losses = []
    for pictures, targets in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(pictures), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(f"epoch {epoch + 1} mean loss {np.mean(losses):.4f}")

model.eval()
right = total = 0
with torch.no_grad():
    for pictures, targets in test_loader:
        right += (model(pictures).argmax(1) == targets).sum().item()
        total += len(targets)
print("METRIC test_accuracy", right / total)
