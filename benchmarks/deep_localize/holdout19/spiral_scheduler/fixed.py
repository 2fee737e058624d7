"""Separate three interleaved spirals with a small network and a step schedule."""

import os
import random
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn as nn
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset, random_split

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


@dataclass
class Config:
    points_per_arm: int = 300
    arms: int = 3
    batch_size: int = 32
    epochs: int = 30
    lr: float = 1e-2
    step_size: int = 12
    gamma: float = 0.3


def spirals(cfg):
    xs, ys = [], []
    for arm in range(cfg.arms):
        r = np.linspace(0.1, 1.0, cfg.points_per_arm)
        angle = 4.0 * r + arm * 2 * np.pi / cfg.arms + np.random.randn(cfg.points_per_arm) * 0.12
        xs.append(np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1))
        ys.append(np.full(cfg.points_per_arm, arm))
    x = torch.tensor(np.concatenate(xs), dtype=torch.float32)
    y = torch.tensor(np.concatenate(ys), dtype=torch.long)
    return TensorDataset(x, y)


class Trainer:
    def __init__(self, cfg):
        self.cfg = cfg
        data = spirals(cfg)
        n_val = len(data) // 4
        train, val = random_split(data, [len(data) - n_val, n_val])
        self.train_loader = DataLoader(train, batch_size=cfg.batch_size, shuffle=True)
        self.val_loader = DataLoader(val, batch_size=len(val))
        self.model = nn.Sequential(
            nn.Linear(2, 48),
            nn.Tanh(),
            nn.Linear(48, 48),
            nn.Tanh(),
            nn.Linear(48, cfg.arms),
        )
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=cfg.lr)
        self.scheduler = StepLR(self.optimizer, step_size=cfg.step_size, gamma=cfg.gamma)

    def fit(self):
        for epoch in range(self.cfg.epochs):
            self.model.train()
            total = 0.0
            for x, y in self.train_loader:
                self.optimizer.zero_grad()
                loss = self.criterion(self.model(x), y)
                loss.backward()
                self.optimizer.step()
                total += loss.item()
            self.scheduler.step()
            if epoch % 10 == 0:
                print(f"epoch {epoch}: train loss {total / len(self.train_loader):.4f}")

    @torch.no_grad()
    def validate(self):
        self.model.eval()
        x, y = next(iter(self.val_loader))
        return (self.model(x).argmax(dim=1) == y).float().mean().item()


trainer = Trainer(Config())
trainer.fit()
print("METRIC val_accuracy", trainer.validate())
