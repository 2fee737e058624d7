"""Wine cultivars by a small residual network, with group normalisation for small batches."""

import os

import torch
import torch.nn as nn
from sklearn.datasets import load_wine

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)
torch.set_num_threads(1)

X, y = load_wine(return_X_y=True)
X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y)
order = torch.randperm(len(X))
train, test = order[:115], order[115:]
mean, std = X[train].mean(0), X[train].std(0)
x_train, x_test = (X[train] - mean) / std, (X[test] - mean) / std
y_train, y_test = y[train], y[test]


class Branch(nn.Module):
    """A residual branch on feature vectors; normalises what it hands on."""

    def __init__(self, width, groups):
        super().__init__()
        self.fc1 = nn.Linear(width, width)
        self.fc2 = nn.Linear(width, width)
        self.norm = nn.GroupNorm(groups, width)

    def forward(self, x):
        return self.norm(x + self.fc2(torch.relu(self.fc1(x))))


class Net(nn.Module):
    def __init__(self, features=13, width=32, classes=3, groups=4):
        super().__init__()
        self.stem = nn.Linear(features, width)
        self.branches = nn.Sequential(Branch(width, groups), Branch(width, groups))
        self.classifier = nn.Linear(width, classes)

    def forward(self, x):
        return self.classifier(torch.relu(self.branches(self.stem(x))))


model = Net(groups=4)
optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
criterion = nn.CrossEntropyLoss()
for epoch in range(24):
    perm = torch.randperm(len(x_train))
    for idx in perm.split(8):
        loss = criterion(model(x_train[idx]), y_train[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 10 == 9:
        print(f"epoch {epoch + 1} loss {loss.item():.4f}")

with torch.no_grad():
    accuracy = (model(x_test).argmax(1) == y_test).float().mean().item()
print("METRIC accuracy", accuracy)
