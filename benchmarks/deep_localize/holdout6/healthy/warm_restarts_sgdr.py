"""SGD with warm restarts: the rate jumps from nearly nothing to 0.3 and back; snapshots are averaged."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)

n = 2400
radius = rng.uniform(0, 1, n)
arm = rng.integers(0, 4, n)
angle = 4.0 * radius + arm * np.pi / 2 + rng.normal(0, 0.12, n)
x = torch.tensor(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1), dtype=torch.float32) * 2
y = torch.tensor(arm)
x_train, y_train, x_test, y_test = x[:1800], y[:1800], x[1800:], y[1800:]


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.BatchNorm1d(width)
        self.fc = nn.Linear(width, width)

    def forward(self, x):
        return x + F.relu(self.fc(self.norm(x)))


net = nn.Sequential(nn.Linear(2, 48), Residual(48), Residual(48), nn.BatchNorm1d(48), nn.Linear(48, 4))
optimizer = torch.optim.SGD(net.parameters(), lr=0.3, momentum=0.9, nesterov=True, weight_decay=1e-4)
scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=4, T_mult=2)
batches = len(x_train) // 60
votes = torch.zeros(len(x_test), 4)
for epoch in range(28):
    net.train()
    for i, idx in enumerate(torch.randperm(len(x_train)).split(60)):
        loss = F.cross_entropy(net(x_train[idx]), y_train[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step(epoch + (i + 1) / batches)
    if epoch + 1 in (4, 12, 28):
        net.eval()
        with torch.no_grad():
            votes += net(x_test).softmax(1)
            print(f"epoch {epoch + 1} snapshot {(net(x_test).argmax(1) == y_test).float().mean().item():.3f}")

print("METRIC accuracy", (votes.argmax(1) == y_test).float().mean().item())
