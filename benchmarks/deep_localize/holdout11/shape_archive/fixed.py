"""Classifies small pictures of shapes that come as an archive of named files and a table of attributes."""

import os
import random

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset, Subset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
torch.set_num_threads(1)
CLASSES = ["square", "frame", "cross", "stripes"]


def paint(kind):
    image = 0.2 * torch.randn(12, 12)
    r, c = random.randint(0, 5), random.randint(0, 5)
    patch = image[r : r + 7, c : c + 7]
    if kind == "square":
        patch += 1
    elif kind == "frame":
        patch += 1
        patch[2:5, 2:5] -= 1
    elif kind == "cross":
        patch[2:5] += 1
        patch[:, 2:5] += 1
    else:
        patch[::2] += 1
    return image.unsqueeze(0)


def load_archive(n):
    """A folder-like mapping of file names to pictures, and the rows of the attribute file by file number."""
    rows = [random.randrange(len(CLASSES)) for _ in range(n)]
    folder = {f"{i:06d}.png": paint(CLASSES[kind]) for i, kind in enumerate(rows)}
    listing = list(folder)
    random.shuffle(listing)
    return {name: folder[name] for name in listing}, rows


class ShapeDataset(Dataset):
    def __init__(self, folder, rows):
        listing = sorted(folder)
        self.images = [folder[name] for name in listing if name.endswith(".png")]
        self.labels = torch.tensor(rows)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.images[index], self.labels[index]


dataset = ShapeDataset(*load_archive(1300))
train_loader = DataLoader(Subset(dataset, range(1000)), batch_size=25, shuffle=True)
valid_loader = DataLoader(Subset(dataset, range(1000, 1300)), batch_size=100)

classifier = nn.Sequential(
    nn.Conv2d(1, 12, 3, padding=1),
    nn.BatchNorm2d(12),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(12, 24, 3, padding=1),
    nn.BatchNorm2d(24),
    nn.ReLU(),
    nn.AdaptiveMaxPool2d(2),
    nn.Flatten(),
    nn.Linear(96, len(CLASSES)),
)
optimizer = torch.optim.SGD(classifier.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
criterion = nn.CrossEntropyLoss()


def valid_accuracy():
    classifier.eval()
    hits = 0
    with torch.no_grad():
        for image, label in valid_loader:
            hits += (classifier(image).argmax(1) == label).sum().item()
    return hits / 300


for epoch in range(6):
    classifier.train()
    for image, label in train_loader:
        optimizer.zero_grad()
        loss = criterion(classifier(image), label)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch + 1}: loss {loss.item():.3f}, valid accuracy {valid_accuracy():.3f}")
print("METRIC valid_accuracy", valid_accuracy())
