"""Pretrain on digits 0-4, then freeze the features (batch norms too) and train a new head on 5-9."""

import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 8 - 1
labels = torch.tensor(digits.target)


def split(low, high):
    keep = ((labels >= low) & (labels < high)).nonzero().squeeze(1)
    keep = keep[torch.randperm(len(keep))]
    cut = int(0.75 * len(keep))
    return TensorDataset(images[keep[:cut]], labels[keep[:cut]] - low), TensorDataset(
        images[keep[cut:]], labels[keep[cut:]] - low
    )


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Flatten(),
        )
        self.head = nn.Linear(32 * 16, 5)
        self.frozen = False

    def freeze(self):
        self.frozen = True
        for p in self.features.parameters():
            p.requires_grad = False

    def train(self, mode=True):
        super().train(mode)
        if self.frozen:
            self.features.eval()
        return self

    def forward(self, x):
        return self.head(self.features(x))


def evaluate(net, data):
    net.eval()
    x, y = data.tensors
    with torch.no_grad():
        return (net(x).argmax(1) == y).float().mean().item()


def fit(net, train, test, optimizer, epochs):
    for epoch in range(epochs):
        net.train()
        for x, y in DataLoader(train, batch_size=32, shuffle=True):
            loss = nn.functional.cross_entropy(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch} loss {loss.item():.4f} accuracy {evaluate(net, test):.3f}")


net = Net()
train_a, test_a = split(0, 5)
fit(net, train_a, test_a, torch.optim.Adam(net.parameters(), lr=1e-3), epochs=4)

net.freeze()
net.head = nn.Linear(32 * 16, 5)
train_b, test_b = split(5, 10)
trainable = [p for p in net.parameters() if p.requires_grad]
fit(net, train_b, test_b, torch.optim.Adam(trainable, lr=2e-3), epochs=8)

print("METRIC accuracy", evaluate(net, test_b))
