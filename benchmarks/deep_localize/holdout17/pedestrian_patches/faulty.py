"""LeNet-like classifier for patches with and without an upright figure."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)


def positive():
    image = rng.normal(0, 1.0, (16, 16))
    x = rng.integers(4, 11)
    top = rng.integers(2, 5)
    image[top : top + 9, x : x + 2] += 1.5
    return image


def negative():
    image = rng.normal(0, 1.0, (16, 16))
    y, left = rng.integers(4, 11), rng.integers(2, 5)
    if rng.random() < 0.7:
        image[y : y + 2, left : left + 9] += 1.5
    return image


class Patches(Dataset):
    """Lists the pos folder, then the neg folder."""

    def __init__(self, per_class):
        self.samples = [(positive(), 1) for _ in range(per_class)] + [(negative(), 0) for _ in range(per_class)]

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        image, label = self.samples[index]
        return torch.tensor(image, dtype=torch.float32).unsqueeze(0), label


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 5, padding=2)
        self.conv2 = nn.Conv2d(8, 16, 5, padding=2)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(16 * 16, 32)
        self.fc2 = nn.Linear(32, 2)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x)))
        x = torch.relu(self.fc1(x.flatten(1)))
        return self.fc2(x)


train_loader = DataLoader(Patches(500), batch_size=25)
test_loader = DataLoader(Patches(150), batch_size=100)
model = LeNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)


def test():
    model.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in test_loader:
            correct += (model(images).argmax(1) == labels).sum().item()
    return correct / len(test_loader.dataset)


for epoch in range(8):
    model.train()
    for i, (images, labels) in enumerate(train_loader):
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        if i % 10 == 9:
            print(f"[{epoch + 1}, {i + 1}] loss {loss.item():.4f}")
    print(f"epoch {epoch + 1} test accuracy {test():.3f}")

print(f"METRIC accuracy {test():.4f}")
