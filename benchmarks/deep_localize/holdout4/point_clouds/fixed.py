import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

POINTS = 32
BATCH = 32


def cloud(kind):
    a = np.random.rand(POINTS) * 2 * np.pi
    if kind == 0:  # circle
        p = np.stack([np.cos(a), np.sin(a)], 1)
    elif kind == 1:  # disc
        p = np.stack([np.cos(a), np.sin(a)], 1) * np.sqrt(np.random.rand(POINTS, 1))
    else:  # cross
        r = np.random.rand(POINTS) * 2 - 1
        p = np.where(np.random.rand(POINTS, 1) < 0.5, np.stack([r, 0 * r], 1), np.stack([0 * r, r], 1))
    return p + 0.05 * np.random.randn(POINTS, 2)


class PointNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 64), nn.ReLU())
        self.classifier = nn.Sequential(nn.Linear(64 + 64, 32), nn.ReLU(), nn.Linear(32, 3))

    def forward(self, x):
        f = self.features(x)  # (batch, points, 64)
        biggest = f.max(dim=1).values
        spread = f.std(dim=1)
        return self.classifier(torch.cat([biggest, spread], dim=1))


kinds = np.random.randint(0, 3, 1280)
X = torch.tensor(np.stack([cloud(k) for k in kinds]), dtype=torch.float32)
Y = torch.tensor(kinds)
train_dl = DataLoader(TensorDataset(X[:960], Y[:960]), batch_size=BATCH, shuffle=True, drop_last=True)
test_dl = DataLoader(TensorDataset(X[960:], Y[960:]), batch_size=BATCH, drop_last=True)
model = PointNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(8):
    for points, target in train_dl:
        optimizer.zero_grad()
        loss = criterion(model(points), target)
        loss.backward()
        optimizer.step()
    print("epoch", epoch, loss.item())
model.eval()
correct = 0
with torch.no_grad():
    for points, target in test_dl:
        correct += (model(points).argmax(1) == target).sum().item()
print("METRIC accuracy", correct / (len(test_dl) * BATCH))
