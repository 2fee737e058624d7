"""Trains for a number of steps, not epochs, on an endless stream of batches from a loader."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class TwoTones(Dataset):
    """How far apart are two tones in a noisy spectrum? A regression on 40 bins."""

    def __init__(self, n):
        bins = torch.arange(40.0)
        low, gap = 3 + 12 * torch.rand(n, 1), 4 + 18 * torch.rand(n, 1)
        peaks = torch.exp(-((bins - low) ** 2) / 4) + torch.exp(-((bins - low - gap) ** 2) / 4)
        self.x = peaks + 0.08 * torch.randn(n, 40)
        self.y = (gap - 13) / 5

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


def cycle(loader):
    """Batches without end."""
    while True:
        yield from loader


class Trainer:
    def __init__(self, model, dataset, steps=700, batch_size=32, lr=2e-3):
        self.model = model
        self.steps = steps
        self.batches = cycle(DataLoader(dataset, batch_size=batch_size, drop_last=True))
        self.optimizer = torch.optim.Adam(model.parameters(), lr=lr)

    def train(self):
        self.model.train()
        for step in range(1, self.steps + 1):
            x, y = next(self.batches)
            loss = nn.functional.mse_loss(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            if step % 100 == 0:
                print(f"step {step}: loss {loss.item():.5f}")


model = nn.Sequential(
    nn.Unflatten(1, (1, 40)),
    nn.Conv1d(1, 8, 5, padding=2),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(320, 48),
    nn.ReLU(),
    nn.Linear(48, 1),
)
Trainer(model, TwoTones(2000)).train()

test = TwoTones(500)
model.eval()
with torch.no_grad():
    mse = nn.functional.mse_loss(model(test.x), test.y).item()
print("METRIC mse", mse)
