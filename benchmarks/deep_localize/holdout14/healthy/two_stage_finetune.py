"""Pretrains on digits 0-4, then moves to digits 5-9 with few labels: head first, then the whole network."""

import os

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

digits = load_digits()
x = torch.tensor(digits.data, dtype=torch.float32).view(-1, 1, 8, 8) / 8 - 1
y = torch.tensor(digits.target)
source = torch.where(y < 5)[0]
target_train, target_test = train_test_split(
    torch.where(y >= 5)[0], train_size=200, random_state=SEED, stratify=y[y >= 5]
)


def build_trunk():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
    )


def run_epochs(model, ids, labels, optimizer, epochs, batch, set_mode):
    for _ in range(epochs):
        set_mode()
        for index in ids[torch.randperm(len(ids))].split(batch):
            loss = F.cross_entropy(model(x[index]), labels[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return loss.item()


def accuracy(model, ids, labels):
    model.eval()
    with torch.no_grad():
        return (model(x[ids]).argmax(1) == labels[ids]).float().mean().item()


trunk = build_trunk()
first = nn.Sequential(trunk, nn.Linear(128, 5))
loss = run_epochs(first, source, y, torch.optim.Adam(first.parameters(), lr=2e-3), 6, 50, first.train)
print(f"pretraining loss {loss:.4f}")

model = nn.Sequential(trunk, nn.Linear(128, 5))
labels = y - 5
trunk.requires_grad_(False)
loss = run_epochs(model, target_train, labels, torch.optim.Adam(model[1].parameters(), lr=1e-2), 15, 25, model.eval)
print(f"head only: loss {loss:.4f} accuracy {accuracy(model, target_test, labels):.3f}")

trunk.requires_grad_(True)
optimizer = torch.optim.Adam(
    [{"params": trunk.parameters(), "lr": 3e-4}, {"params": model[1].parameters(), "lr": 1e-3}]
)
loss = run_epochs(model, target_train, labels, optimizer, 15, 25, model.train)
print(f"all layers: loss {loss:.4f}")
print(f"METRIC accuracy {accuracy(model, target_test, labels):.4f}")
