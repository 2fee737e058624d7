"""Pretrain on eight classes, then fine-tune on three new ones: frozen stem, tiny rate for the trunk, larger for the head."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

mix = torch.randn(6, 40) / 6**0.5


def make_task(classes):
    return torch.randn(classes, 6) * 1.6


def draw(centers, n):
    y = torch.randint(0, len(centers), (n,))
    return torch.tanh((centers[y] + 0.6 * torch.randn(n, 6)) @ mix), y


class Network(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Sequential(nn.Linear(40, 64), nn.ReLU())
        self.trunk = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU())
        self.head = nn.Linear(32, classes)

    def forward(self, x):
        return self.head(self.trunk(self.stem(x)))


def fit(model, optimizer, centers, steps, batch):
    model.train()
    for step in range(steps):
        x, y = draw(centers, batch)
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            print(f"  step {step} loss {loss.item():.3f}")


source, destination = make_task(8), make_task(3)
model = Network(8)
print("pretraining")
fit(model, torch.optim.Adam(model.parameters(), lr=3e-3), source, 300, 64)

print("fine-tuning")
model.head = nn.Linear(32, 3)
model.stem.requires_grad_(False)
optimizer = torch.optim.Adam(
    [{"params": model.trunk.parameters(), "lr": 1e-5}, {"params": model.head.parameters(), "lr": 5e-3}]
)
fit(model, optimizer, destination, 300, 32)

model.eval()
with torch.no_grad():
    x, y = draw(destination, 1000)
    print("METRIC accuracy", (model(x).argmax(1) == y).float().mean().item())
