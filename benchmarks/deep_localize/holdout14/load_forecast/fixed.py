"""Day-ahead load forecast for a fleet of meters (each meter has its own level and swing)."""

import os
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
rng = np.random.default_rng(SEED)


@dataclass
class Config:
    history: int = 48
    horizon: int = 12
    hidden: int = 64
    batch: int = 64
    epochs: int = 12
    lr: float = 2e-3


def make_meters(n, length=240):
    hours = np.arange(length)
    level = rng.uniform(2, 14, size=(n, 1))
    swing = rng.uniform(0.5, 3, size=(n, 1))
    phase = rng.uniform(0, 2 * np.pi, size=(n, 1))
    daily = np.sin(2 * np.pi * hours / 24 + phase) + 0.4 * np.sin(4 * np.pi * hours / 24 + 2 * phase)
    return level + swing * (daily + 0.08 * rng.standard_normal((n, length)))


def windows(meters, cfg, stride=9):
    xs, ys = [], []
    for series in meters:
        for start in range(0, len(series) - cfg.history - cfg.horizon, stride):
            middle = start + cfg.history
            xs.append(series[start:middle])
            ys.append(series[middle : middle + cfg.horizon])
    return torch.tensor(np.array(xs), dtype=torch.float32), torch.tensor(np.array(ys), dtype=torch.float32)


class Forecaster(nn.Module):
    """MLP on windows brought to zero mean and unit scale; the forecast is mapped back to kW."""

    def __init__(self, cfg):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(cfg.history, cfg.hidden),
            nn.GELU(),
            nn.Linear(cfg.hidden, cfg.hidden),
            nn.GELU(),
            nn.Linear(cfg.hidden, cfg.horizon),
        )

    def forward(self, x):
        mean, std = x.mean(1, keepdim=True), x.std(1, keepdim=True) + 1e-5
        out = self.net((x - mean) / std)
        return out * std + mean


def main():
    cfg = Config()
    train = windows(make_meters(90), cfg)
    valid = windows(make_meters(30), cfg)
    loader = DataLoader(TensorDataset(*train), batch_size=cfg.batch, shuffle=True)
    model = Forecaster(cfg)
    optimizer = torch.optim.AdamW(model.parameters(), lr=cfg.lr)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, cfg.epochs)
    loss_fn = nn.SmoothL1Loss()
    for epoch in range(cfg.epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        scheduler.step()
        model.eval()
        with torch.no_grad():
            mae = (model(valid[0]) - valid[1]).abs().mean().item()
        print(f"epoch {epoch} train {total / len(loader.dataset):.4f} valid mae {mae:.4f}")
    print(f"METRIC mae {mae:.4f}")


if __name__ == "__main__":
    main()
