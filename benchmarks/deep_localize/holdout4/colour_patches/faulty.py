import os

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

# 12x12 pictures (height, width, colours): which colour has the square?
N, S = 1600, 12
images = np.random.rand(N, S, S, 3).astype(np.float32)
labels = np.random.randint(0, 3, N)
for n in range(N):
    r, c = np.random.randint(0, S - 4, 2)
    images[n, r : r + 4, c : c + 4, labels[n]] += 0.5

x = torch.from_numpy(images)
x = x.view(N, 3, S, S)
y = torch.from_numpy(labels)

net = nn.Sequential(
    nn.Conv2d(3, 12, 3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(12, 16, 3),
    nn.ReLU(),
    nn.AdaptiveMaxPool2d(1),
    nn.Flatten(),
    nn.Linear(16, 3),
)
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(net.parameters(), lr=4e-3)
for epoch in range(6):
    perm = torch.randperm(1200)
    running_loss = 0.0
    for i in range(0, 1200, 30):
        inputs, targets = x[perm[i : i + 30]], y[perm[i : i + 30]]
        optimizer.zero_grad()
        loss = criterion(net(inputs), targets)
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    print(f"[{epoch + 1}] loss: {running_loss / 40:.3f}")
with torch.no_grad():
    acc = (net(x[1200:]).argmax(1) == y[1200:]).float().mean().item()
print("METRIC accuracy", acc)
