"""Four kinds of texture, a convolutional network and SGD."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def textures(n, seed):
    rng = np.random.default_rng(seed)
    yy, xx = np.mgrid[:16, :16]
    x, y = np.zeros((n, 1, 16, 16), dtype=np.float32), rng.integers(0, 4, n)
    for i, kind in enumerate(y):
        f, p, q = rng.uniform(0.6, 1.2), *rng.uniform(0, 6.28, 2)
        waves = [
            np.sin(f * xx + p),
            np.sin(f * yy + p),
            np.sin(f * (xx + yy) / 1.4 + p),
            np.sin(f * xx + p) * np.sin(f * yy + q),
        ]
        x[i, 0] = waves[kind] + rng.normal(0, 0.6, (16, 16))
    return torch.from_numpy(x), torch.from_numpy(y)


x_train, y_train = textures(1600, SEED)
x_test, y_test = textures(400, SEED + 31)

net = nn.Sequential(
    nn.Conv2d(1, 8, 5, padding=2),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 3, padding=1),
    nn.ReLU(),
    nn.AdaptiveAvgPool2d(2),
    nn.Flatten(),
    nn.Linear(64, 4),
)
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
for epoch in range(9):
    net.train()
    running = 0.0
    for idx in torch.randperm(len(x_train)).split(32):
        optimizer.zero_grad()
        loss = criterion(net(x_train[idx]), y_train[idx])
        loss.backward()
        optimizer.step()
        running += loss.item()
    print("[%d] loss: %.3f" % (epoch + 1, running / 50))

net.eval()
with torch.no_grad():
    accuracy = (net(x_test).argmax(1) == y_test).float().mean().item()
print("METRIC accuracy", accuracy)
