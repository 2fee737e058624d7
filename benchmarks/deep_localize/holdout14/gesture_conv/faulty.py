"""Recognises hand gestures from a three-axis accelerometer with a 1-D CNN."""

import copy
import logging
import math
import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

logging.basicConfig(level=logging.INFO, format="%(message)s")
log = logging.getLogger("gestures")

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
rng = np.random.default_rng(SEED)

GESTURES, LENGTH = 8, 40


def recordings(n):
    """Gesture = which axis leads, whether the stroke is repeated, and the direction of the turn."""
    labels = rng.integers(0, GESTURES, n)
    t = np.linspace(0, 1, LENGTH)
    signals = np.zeros((n, 3, LENGTH), dtype=np.float32)
    for i, label in enumerate(labels):
        axis, twice, back = label & 1, label >> 1 & 1, label >> 2 & 1
        centre = rng.uniform(0.3, 0.6)
        stroke = np.exp(-(((t - centre) / 0.07) ** 2))
        if twice:
            stroke = stroke + np.exp(-(((t - centre - 0.25) / 0.07) ** 2))
        lag = 3 if back else -3
        signals[i, axis] = stroke
        signals[i, 2] = np.roll(stroke, lag)
    signals *= rng.uniform(0.7, 1.3, (n, 1, 1)).astype(np.float32)
    signals += 0.35 * rng.standard_normal(signals.shape).astype(np.float32)
    return TensorDataset(torch.from_numpy(signals / 0.35), torch.from_numpy(labels))


class GestureNet(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv1d(3, width, 7, padding=3),
            nn.ReLU(),
            nn.MaxPool1d(2),
            nn.Conv1d(width, width, 7, padding=3),
            nn.ReLU(),
            nn.AdaptiveMaxPool1d(1),
            nn.Flatten(),
        )
        self.head = nn.Linear(width, GESTURES)

    def forward(self, x):
        return self.head(self.features(x))


class Trainer:
    def __init__(self, model, train_set, valid_set, epochs):
        self.epochs = epochs
        self.model = model
        self.train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
        self.valid_loader = DataLoader(valid_set, batch_size=256)
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.006, momentum=0.9, weight_decay=1e-4)
        total, warmup = epochs * len(self.train_loader), 250
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer,
            lambda s: (
                (s + 1) / warmup if s < warmup else 0.5 * (1 + math.cos(math.pi * (s - warmup) / (total - warmup)))
            ),
        )

    def evaluate(self, loader):
        self.model.eval()
        with torch.no_grad():
            hits = sum((self.model(x).argmax(1) == y).sum().item() for x, y in loader)
        return hits / len(loader.dataset)

    def train_epoch(self):
        self.model.train()
        for x, y in self.train_loader:
            self.optimizer.zero_grad()
            loss = self.criterion(self.model(x), y)
            loss.backward()
            self.optimizer.step()
        return loss.item()

    def fit(self):
        best, best_state = 0.0, copy.deepcopy(self.model.state_dict())
        for epoch in range(self.epochs):
            loss = self.train_epoch()
            accuracy = self.evaluate(self.valid_loader)
            self.scheduler.step()
            if accuracy > best:
                best, best_state = accuracy, copy.deepcopy(self.model.state_dict())
            log.info("epoch %d loss %.4f accuracy %.3f", epoch, loss, accuracy)
        self.model.load_state_dict(best_state)


train_set, valid_set = random_split(recordings(1200), [1000, 200])
trainer = Trainer(GestureNet(), train_set, valid_set, epochs=24)
trainer.fit()
score = trainer.evaluate(DataLoader(recordings(500), batch_size=250))
print(f"METRIC accuracy {score:.4f}")
