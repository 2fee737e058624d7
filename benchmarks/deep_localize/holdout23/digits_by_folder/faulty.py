"""Train a small CNN on 8x8 digit images."""

import os
import random

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

EPOCHS = 9
BATCH = 32


class DigitFolders(Dataset):
    """Mimics a directory tree with one folder per class: 0/, 1/, ..., 9/."""

    def __init__(self, images, labels):
        self.samples = []
        for folder in range(10):
            for image in images[labels == folder]:
                image = torch.tensor(image, dtype=torch.float32).unsqueeze(0) / 16.0
                self.samples.append(((image - 0.3) / 0.38, folder))

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, i):
        return self.samples[i]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.fc1 = nn.Linear(32 * 2 * 2, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.flatten(1)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


def evaluate(model, loader):
    model.eval()
    correct = total = 0
    with torch.no_grad():
        for images, labels in loader:
            predicted = model(images).argmax(dim=1)
            correct += (predicted == labels).sum().item()
            total += len(labels)
    return correct / total


def main():
    digits = load_digits()
    x_train, x_test, y_train, y_test = train_test_split(
        digits.images, digits.target, test_size=0.25, stratify=digits.target, random_state=SEED
    )
    train_loader = DataLoader(DigitFolders(x_train, y_train), batch_size=BATCH)
    test_loader = DataLoader(DigitFolders(x_test, y_test), batch_size=256)

    model = Net()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

    for epoch in range(EPOCHS):
        model.train()
        running = 0.0
        for images, labels in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            running += loss.item()
        print(f"epoch {epoch + 1}: loss {running / len(train_loader):.4f}")

    accuracy = evaluate(model, test_loader)
    print(f"METRIC test_accuracy {accuracy:.4f}")


if __name__ == "__main__":
    main()
