"""Transfer learning: even digits first, then odd ones with the stem frozen."""

import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 12, 3, padding=1), nn.BatchNorm2d(12), nn.ReLU())
        self.block = nn.Sequential(nn.Conv2d(12, 24, 3, padding=1), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(2))
        self.fc = nn.Linear(24 * 16, 5)

    def forward(self, x):
        return self.fc(self.block(self.stem(x)).flatten(1))


def loader_of(x, y):
    return DataLoader(TensorDataset(x, y // 2), batch_size=40, shuffle=True)


def train(model, loader, optimizer, epochs, frozen=()):
    for epoch in range(epochs):
        model.train()
        for part in frozen:
            part.eval()
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        print("loss", loss.item())


digits = load_digits()
x = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
y = torch.tensor(digits.target)
even, odd = y % 2 == 0, y % 2 == 1
net = Net()
train(net, loader_of(x[even], y[even]), torch.optim.Adam(net.parameters(), lr=2e-3), 3)

for p in net.parameters():
    p.requires_grad = False
net.fc = nn.Linear(24 * 16, 5)
odd_x, odd_y = x[odd], y[odd]
loader = loader_of(odd_x[:700], odd_y[:700])
train(net, loader, torch.optim.Adam(net.fc.parameters(), lr=3e-3), 3, frozen=(net.stem, net.block))
for p in net.block.parameters():
    p.requires_grad = True
optimizer = torch.optim.Adam(
    [{"params": net.block.parameters(), "lr": 3e-4}, {"params": net.fc.parameters(), "lr": 3e-3}]
)
train(net, loader, optimizer, 2, frozen=(net.stem,))
net.eval()
with torch.no_grad():
    print("METRIC accuracy", (net(odd_x[700:]).argmax(1) == odd_y[700:] // 2).float().mean().item())
