"""Digit scans saved one file per picture, labels in a csv-like list."""

import os
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, Dataset

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)
rng = np.random.default_rng(seed)


class ScanDataset(Dataset):
    def __init__(self, folder, labels):
        self.files = sorted(Path(folder).glob("*.npy"))
        self.images = [np.load(f) for f in self.files]
        self.labels = labels

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        return torch.from_numpy(self.images[i]).unsqueeze(0), self.labels[i]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(16 * 2 * 2, 48)
        self.fc2 = nn.Linear(48, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x)))
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))


digits = load_digits()
order = rng.permutation(len(digits.target))
images = (digits.images[order] / 16).astype(np.float32)
targets = digits.target[order]
n_train = 1000
with tempfile.TemporaryDirectory() as folder:
    for number in range(n_train):
        np.save(Path(folder) / f"{number}.npy", images[number])
    train_set = ScanDataset(folder, [int(t) for t in targets[:n_train]])
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)

model = Net()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(4):
    model.train()
    running = 0.0
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        running += loss.item()
    print(f"epoch {epoch} loss {running / len(train_loader):.4f}")

model.eval()
with torch.no_grad():
    pred = model(torch.from_numpy(images[n_train:]).unsqueeze(1)).argmax(1).numpy()
print("METRIC accuracy", float((pred == targets[n_train:]).mean()))
