"""Classify handwritten digits with a three-layer perceptron."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

EPOCHS = 8
BATCH = 32


class DigitNet(nn.Module):
    def __init__(self, n_in=64, n_classes=10):
        super().__init__()
        self.fc1 = nn.Linear(n_in, 64)
        self.fc2 = nn.Linear(64, 32)
        self.fc3 = nn.Linear(32, n_classes)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.relu(self.fc1(x))
        x = self.relu(self.fc2(x))
        return self.fc3(x)


def load_data():
    digits = load_digits()
    x = (digits.data.astype(np.float32) - 4.9) / 6.0
    y = digits.target.astype(np.int64)
    x_tr, x_te, y_tr, y_te = train_test_split(x, y, test_size=0.25, stratify=y, random_state=SEED)
    train = TensorDataset(torch.from_numpy(x_tr), torch.from_numpy(y_tr))
    test = TensorDataset(torch.from_numpy(x_te), torch.from_numpy(y_te))
    return DataLoader(train, batch_size=BATCH, shuffle=True), DataLoader(test, batch_size=256)


def evaluate(model, loader):
    model.eval()
    right, total = 0, 0
    with torch.no_grad():
        for xb, yb in loader:
            right += (model(xb).argmax(1) == yb).sum().item()
            total += len(yb)
    return right / total


def main():
    train_loader, test_loader = load_data()
    model = DigitNet()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

    for epoch in range(EPOCHS):
        model.train()
        running = 0.0
        for xb, yb in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(xb), yb)
            loss.backward()
            optimizer.step()
            running += loss.item()
        if epoch % 2 == 1:
            print(f"epoch {epoch + 1}: loss {running / len(train_loader):.4f}")

    print("METRIC test_accuracy", evaluate(model, test_loader))


if __name__ == "__main__":
    main()
