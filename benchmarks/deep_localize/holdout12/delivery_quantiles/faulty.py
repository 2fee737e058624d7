"""Quantile regression of delivery times with a head whose quantiles cannot cross."""

import os
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

QUANTILES = torch.tensor([0.1, 0.3, 0.5, 0.7, 0.9])


@dataclass
class Settings:
    hidden: int = 32
    batch: int = 64
    epochs: int = 15
    lr: float = 4e-3


def make_orders(n):
    """Distance, hour, load and so on; the spread grows with distance and load."""
    x = torch.randn(n, 6)
    centre = 1.5 * x[:, 0] + torch.sin(2 * x[:, 1]) + 0.5 * x[:, 2] * x[:, 3]
    spread = 0.2 + 0.5 * torch.sigmoid(2 * x[:, 0] + x[:, 4])
    noise = torch.distributions.Exponential(1.0).sample((n,))
    return x, centre + spread * noise


class MonotoneQuantiles(nn.Module):
    """The lowest quantile, then positive steps to the next ones."""

    def __init__(self, d_in, n):
        super().__init__()
        self.first = nn.Linear(d_in, 1)
        self.steps = nn.Linear(d_in, n - 1)

    def forward(self, h):
        low = self.first(h)
        steps = F.softplus(self.steps(h))
        return torch.cat([low, low + steps.cumsum(0)], dim=1)


class QuantileNet(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, s.hidden), nn.SiLU(), nn.Linear(s.hidden, s.hidden), nn.SiLU())
        self.head = MonotoneQuantiles(s.hidden, len(QUANTILES))

    def forward(self, x):
        return self.head(self.body(x))


def pinball(pred, y):
    err = y.unsqueeze(1) - pred
    return torch.maximum(QUANTILES * err, (QUANTILES - 1) * err).mean()


def run(s):
    x, y = make_orders(1500)
    x_val, y_val = make_orders(512)
    model = QuantileNet(s)
    optimizer = torch.optim.Adam(model.parameters(), lr=s.lr)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, s.epochs)
    for epoch in range(s.epochs):
        model.train()
        for idx in torch.randperm(len(x)).split(s.batch):
            loss = pinball(model(x[idx]), y[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        scheduler.step()
        model.eval()
        with torch.no_grad():
            pred = torch.cat([model(part) for part in x_val.split(s.batch)])
        val = pinball(pred, y_val).item()
        below = (y_val.unsqueeze(1) < pred).float().mean(0)
        calibration = (below - QUANTILES).abs().mean().item()
        if epoch % 5 == 4:
            print(f"epoch {epoch + 1} pinball {val:.4f} calibration error {calibration:.3f}")
    return calibration


print(f"METRIC calibration_error {run(Settings()):.5f}")
