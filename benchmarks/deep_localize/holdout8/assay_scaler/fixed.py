"""Three kinds of sample from raw laboratory values; a scaler class of our own, as scikit-learn's."""

import os

import numpy as np
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, Dataset

seed = int(os.environ.get("SEED", "0"))
np.random.seed(seed)
torch.manual_seed(seed)
torch.set_num_threads(1)


class Standardizer:
    def fit(self, x):
        self.mean, self.std = x.mean(axis=0), x.std(axis=0)
        return self

    def transform(self, x):
        return (x - self.mean) / self.std

    def fit_transform(self, x):
        return self.fit(x).transform(x)


class TableDataset(Dataset):
    def __init__(self, x, y):
        self.x = torch.as_tensor(x, dtype=torch.float32)
        self.y = torch.as_tensor(y, dtype=torch.long)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


def prepare():
    kinds = np.random.RandomState(6).normal(size=(3, 13))
    y = np.random.randint(0, 3, 240)
    x = 10 ** np.linspace(-2, 4, 13) * (3 + kinds[y] + 0.8 * np.random.normal(size=(240, 13)))
    x_train, x_test = x[:120], x[120:]
    scaler = Standardizer()
    x_train = scaler.fit_transform(x_train)
    x_test = scaler.transform(x_test)
    return TableDataset(x_train, y[:120]), TableDataset(x_test, y[120:])


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden1 = nn.Linear(13, 32)
        self.hidden2 = nn.Linear(32, 16)
        self.output = nn.Linear(16, 3)

    def forward(self, x):
        x = torch.tanh(self.hidden1(x))
        x = torch.tanh(self.hidden2(x))
        return self.output(x)


train_set, test_set = prepare()
train_loader = DataLoader(train_set, batch_size=16, shuffle=True)
model = MLP()
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(40):
    running = 0.0
    for inputs, labels in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), labels)
        loss.backward()
        optimizer.step()
        running += loss.item()
    if epoch % 10 == 9:
        print("Epoch", epoch + 1, "loss", running / len(train_loader))
model.eval()
with torch.no_grad():
    accuracy = (model(test_set.x).argmax(1) == test_set.y).float().mean().item()
print("METRIC accuracy", accuracy)
