"""An MLP on Friedman's nonlinear target, everything set by a configuration object."""

import dataclasses
import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


@dataclasses.dataclass
class Config:
    seed: int = 0
    hidden: tuple = (64, 32)
    lr: float = 0.02
    weight_decay: float = 5e-4
    momentum: float = 0.9
    epochs: int = 20
    batch_size: int = 32


def build_model(cfg, n_features):
    layers, last = [], n_features
    for width in cfg.hidden:
        layers += [nn.Linear(last, width), nn.SiLU()]
        last = width
    return nn.Sequential(*layers, nn.Linear(last, 1))


def build_optimizer(cfg, model):
    return torch.optim.SGD(model.parameters(), cfg.lr, cfg.weight_decay, 0, cfg.momentum)


def load(cfg):
    x = np.random.rand(1500, 8)
    y = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    y = y + 0.5 * np.random.randn(len(x))
    x = (x - x.mean(0)) / x.std(0)
    y = (y - y.mean()) / y.std()
    x, y = torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
    return (x[:1100], y[:1100]), (x[1100:], y[1100:])


def r2_score(model, x, y):
    model.eval()
    with torch.no_grad():
        pred = model(x).squeeze(1)
    return (1 - ((pred - y) ** 2).sum() / ((y - y.mean()) ** 2).sum()).item()


def main():
    cfg = Config(seed=int(os.environ.get("SEED", "0")))
    torch.manual_seed(cfg.seed)
    np.random.seed(cfg.seed)
    torch.set_num_threads(1)
    train, test = load(cfg)
    loader = DataLoader(TensorDataset(*train), batch_size=cfg.batch_size, shuffle=True)
    model = build_model(cfg, train[0].shape[1])
    optimizer = build_optimizer(cfg, model)
    criterion = nn.HuberLoss()
    for epoch in range(cfg.epochs):
        model.train()
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x).squeeze(1), y)
            loss.backward()
            optimizer.step()
        if epoch % 5 == 4:
            print(f"{epoch + 1}/{cfg.epochs} loss {loss.item():.4f} r2 {r2_score(model, *test):.3f}")
    print("METRIC r2", r2_score(model, *test))


if __name__ == "__main__":
    main()
