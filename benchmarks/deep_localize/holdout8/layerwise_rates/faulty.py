"""A deeper residual MLP with rates that fall from the head down to the first block."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x):
        return x + self.fc2(torch.relu(self.fc1(x)))


class ResMLP(nn.Module):
    def __init__(self, d_in=16, width=40, depth=4, classes=4):
        super().__init__()
        self.embed = nn.Linear(d_in, width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(depth))
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        x = self.embed(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)


def layerwise_groups(model, base_lr, decay):
    """The head gets the base rate; each stage below it gets `decay` times the rate of the one above."""
    stages = [model.embed, *model.blocks, model.head]
    groups = []
    for depth, stage in enumerate(reversed(stages)):
        groups.append({"params": list(stage.parameters()), "lr": base_lr / decay**depth})
    return groups


def rings(n):
    x = torch.randn(n, 16)
    radius = x[:, :4].norm(dim=1)
    y = (radius > 1.6).long() + 2 * (x[:, 4] * x[:, 5] > 0).long()
    return x, y


model = ResMLP()
groups = layerwise_groups(model, base_lr=0.08, decay=0.65)
optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9)
print("rates:", [round(group["lr"], 5) for group in optimizer.param_groups])
criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
loader = DataLoader(TensorDataset(*rings(3000)), batch_size=64, shuffle=True)
x_test, y_test = rings(800)

for epoch in range(10):
    model.train()
    for x, y in loader:
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")

model.eval()
with torch.no_grad():
    print("METRIC accuracy", (model(x_test).argmax(1) == y_test).float().mean().item())
