"""Garment images in five classes, read from one archive file that lists class after class."""

import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)

N_CLASSES, PER_CLASS, SIDE = 5, 160, 12
shapes = rng.normal(size=(N_CLASSES, SIDE, SIDE))


def read_archive(per_class):
    images = np.concatenate([shapes[c] + 1.5 * rng.normal(size=(per_class, SIDE, SIDE)) for c in range(N_CLASSES)])
    labels = np.repeat(np.arange(N_CLASSES), per_class)
    images = (images - images.mean()) / images.std()
    return TensorDataset(torch.tensor(images, dtype=torch.float32).unsqueeze(1), torch.tensor(labels))


train_loader = DataLoader(read_archive(PER_CLASS), batch_size=32, shuffle=True)
test_loader = DataLoader(read_archive(60), batch_size=100)


class GarmentNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.fc = nn.Sequential(nn.Flatten(), nn.Linear(8 * 5 * 5, 48), nn.ReLU(), nn.Linear(48, N_CLASSES))

    def forward(self, x):
        return self.fc(self.conv(x))


def evaluate(model, loader):
    model.eval()
    hits, count = 0, 0
    with torch.no_grad():
        for x, y in loader:
            hits += (model(x).argmax(1) == y).sum().item()
            count += len(y)
    return hits / count


model = GarmentNet()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
criterion = nn.CrossEntropyLoss()
for epoch in range(12):
    model.train()
    running = 0.0
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        running += loss.item()
    print(f"epoch {epoch + 1} loss {running / len(train_loader):.3f} test {evaluate(model, test_loader):.3f}")
print("METRIC test_accuracy", round(evaluate(model, test_loader), 4))
