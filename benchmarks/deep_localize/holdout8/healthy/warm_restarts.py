"""Cosine annealing with warm restarts, stepped by the batch: the loss jumps at each restart, as it should."""

import os

import torch
import torch.nn as nn
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def checkers(n):
    x = 4 * torch.rand(n, 2)
    return x - 2, ((x[:, 0].floor() + x[:, 1].floor()) % 2).long()


class Net(nn.Module):
    def __init__(self, width=80):
        super().__init__()
        self.l1, self.l2, self.l3 = nn.Linear(2, width), nn.Linear(width, width), nn.Linear(width, 2)

    def forward(self, x):
        x = torch.relu(self.l1(x))
        x = torch.relu(self.l2(x))
        return self.l3(x)


train_loader = DataLoader(TensorDataset(*checkers(2500)), batch_size=50, shuffle=True)
x_val, y_val = checkers(800)
net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.08, momentum=0.9)
scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=3, T_mult=2, eta_min=1e-4)
criterion = nn.CrossEntropyLoss()
iters = len(train_loader)

for epoch in range(21):
    total = 0.0
    for i, (x, y) in enumerate(train_loader):
        optimizer.zero_grad()
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step(epoch + i / iters)
        total += loss.item()
    print(f"epoch {epoch:2d} lr {optimizer.param_groups[0]['lr']:.4f} loss {total / iters:.4f}")

with torch.no_grad():
    print("METRIC accuracy", (net(x_val).argmax(1) == y_val).float().mean().item())
