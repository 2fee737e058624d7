"""Hourly energy demand in megawatt from weather and calendar; targets are standardised for training and restored for the report."""

import os
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)


@dataclass
class TrainConfig:
    batch_size: int = 64
    lr: float = 3e-3
    epochs: int = 20
    hidden: int = 48


class Standardizer:
    def fit(self, values):
        self.mean, self.std = values.mean(axis=0), values.std(axis=0)
        return self

    def apply(self, values):
        return ((values - self.mean) / self.std).astype("float32")

    def restore(self, values):
        return values * self.std + self.mean


def make_table(count):
    hour = np.random.randint(0, 24, count)
    weekend = np.random.rand(count) < 2 / 7
    temperature = np.random.normal(12, 8, count)
    demand = (
        42000
        + 9000 * np.sin((hour - 7) / 24 * 2 * np.pi)
        - 5000 * weekend
        + 45 * (temperature - 17) ** 2
        + np.random.normal(0, 900, count)
    )
    angle = hour / 24 * 2 * np.pi
    return np.stack([np.sin(angle), np.cos(angle), weekend, temperature], axis=1), demand[:, None]


def main(cfg):
    x, y = make_table(2500)
    x_scaler, y_scaler = Standardizer().fit(x[:2000]), Standardizer().fit(y[:2000])
    train = TensorDataset(torch.from_numpy(x_scaler.apply(x[:2000])), torch.from_numpy(y_scaler.apply(y[:2000])))
    loader = DataLoader(train, batch_size=cfg.batch_size, shuffle=True)
    model = nn.Sequential(
        nn.Linear(4, cfg.hidden), nn.SiLU(), nn.Linear(cfg.hidden, cfg.hidden), nn.SiLU(), nn.Linear(cfg.hidden, 1)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=cfg.lr)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    huber = nn.HuberLoss()
    test_x = torch.from_numpy(x_scaler.apply(x[2000:]))
    for epoch in range(cfg.epochs):
        model.train()
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = huber(model(xb), yb)
            loss.backward()
            optimizer.step()
        scheduler.step()
        model.eval()
        with torch.no_grad():
            predicted = y_scaler.restore(model(test_x).numpy())
        mape = np.abs(predicted / y[2000:] - 1).mean()
        print(
            f"epoch {epoch + 1:2d} lr {scheduler.get_last_lr()[0]:.2e} MAE {np.abs(predicted - y[2000:]).mean():.0f} MW MAPE {mape:.2%}"
        )
    print(f"METRIC mape {mape:.5f}")


if __name__ == "__main__":
    main(TrainConfig())
