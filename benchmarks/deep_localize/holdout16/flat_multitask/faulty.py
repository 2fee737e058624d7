"""One network, two tasks: district type and price of a flat from its description."""

import os
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class Settings:
    epochs: int = 15
    lr: float = 0.03
    batch: int = 32
    clip: float = 5.0
    seed: int = int(os.environ.get("SEED", "0"))


class MultiTaskNet(nn.Module):
    def __init__(self, n_in, n_types, hidden=32):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_in, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.type_head = nn.Linear(hidden, n_types)
        self.price_head = nn.Linear(hidden, 1)

    def forward(self, x):
        h = self.trunk(x)
        return self.type_head(h), self.price_head(h).squeeze(-1)


def flats(n, rng):
    x = rng.normal(size=(n, 10)).astype("float32")
    angle = np.arctan2(x[:, 0] + 0.5 * x[:, 1], x[:, 2] - 0.3 * x[:, 3])
    kind = np.floor((angle + np.pi) / (2 * np.pi) * 4).clip(0, 3).astype("int64")
    price = 250 + 60 * x[:, 4] + 30 * np.abs(x[:, 5]) + 15 * kind + 5 * rng.normal(size=n)
    return x, kind, price.astype("float32")


def run(cfg):
    torch.manual_seed(cfg.seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(cfg.seed)
    x, kind, price = flats(1600, rng)
    x_test, kind_test, price_test = flats(500, rng)

    loader = DataLoader(
        TensorDataset(torch.tensor(x), torch.tensor(kind), torch.tensor(price)), batch_size=cfg.batch, shuffle=True
    )
    model = MultiTaskNet(10, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=cfg.lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, cfg.epochs)
    type_loss, price_loss = nn.CrossEntropyLoss(), nn.MSELoss()

    for epoch in range(cfg.epochs):
        model.train()
        sums = np.zeros(2)
        for features, type_target, value in loader:
            type_logits, price_pred = model(features)
            l_type = type_loss(type_logits, type_target)
            l_price = price_loss(price_pred, value)
            loss = l_type + l_price
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), cfg.clip)
            optimizer.step()
            sums += l_type.item(), l_price.item()
        scheduler.step()
        if epoch % 5 == 4:
            print(f"epoch {epoch + 1} type {sums[0] / len(loader):.4f} price {sums[1] / len(loader):.4f}")

    model.eval()
    with torch.no_grad():
        logits, _ = model(torch.tensor(x_test))
    accuracy = (logits.argmax(1).numpy() == kind_test).mean()
    print(f"METRIC type_accuracy {accuracy:.4f}")


if __name__ == "__main__":
    run(Settings())
