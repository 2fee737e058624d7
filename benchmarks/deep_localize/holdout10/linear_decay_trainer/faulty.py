"""A small Trainer class with linear decay of the learning rate, SGD with momentum."""

import os
from dataclasses import dataclass

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


@dataclass
class Config:
    epochs: int = 8
    batch_size: int = 32
    lr: float = 0.02
    momentum: float = 0.9


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)

    def forward(self, x):
        return x + self.down(torch.relu(self.up(self.norm(x))))


class ResidualMLP(nn.Module):
    def __init__(self, n_in=64, width=48, depth=3, n_out=10):
        super().__init__()
        self.stem = nn.Linear(n_in, width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(depth))
        self.head = nn.Linear(width, n_out)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)


class Trainer:
    def __init__(self, model, train_set, val_set, config):
        self.model, self.config = model, config
        self.train_loader = DataLoader(train_set, batch_size=config.batch_size, shuffle=True)
        self.val_loader = DataLoader(val_set, batch_size=256)
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(model.parameters(), lr=config.lr, momentum=config.momentum)
        self.scheduler = torch.optim.lr_scheduler.LinearLR(
            self.optimizer, start_factor=1.0, end_factor=0.0, total_iters=config.epochs
        )

    def train_step(self, x, y):
        self.optimizer.zero_grad()
        loss = self.criterion(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()
        return loss.item()

    def fit(self):
        for epoch in range(self.config.epochs):
            self.model.train()
            losses = [self.train_step(x, y) for x, y in self.train_loader]
            print(f"epoch {epoch} loss {sum(losses) / len(losses):.4f} val {self.evaluate():.3f}")

    @torch.no_grad()
    def evaluate(self):
        self.model.eval()
        hits = [(self.model(x).argmax(1) == y).float() for x, y in self.val_loader]
        return torch.cat(hits).mean().item()


data = load_digits()
x = torch.tensor(data.data, dtype=torch.float32) / 8 - 1
y = torch.tensor(data.target)
order = torch.randperm(len(x))
train_set = TensorDataset(x[order[:1400]], y[order[:1400]])
val_set = TensorDataset(x[order[1400:]], y[order[1400:]])
trainer = Trainer(ResidualMLP(), train_set, val_set, Config())
trainer.fit()
print("METRIC accuracy", trainer.evaluate())
