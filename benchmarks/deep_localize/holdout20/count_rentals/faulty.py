"""Predict the number of bicycles rented in an hour with Poisson regression."""

import os
import random

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def make_frame(n):
    frame = pd.DataFrame(
        {
            "hour": np.random.randint(0, 24, n),
            "temperature": np.random.normal(14, 8, n),
            "rain": (np.random.rand(n) < 0.25).astype(float),
            "weekend": (np.random.rand(n) < 2 / 7).astype(float),
        }
    )
    rush = np.exp(-(((frame.hour - 8) / 2.0) ** 2)) + np.exp(-(((frame.hour - 17) / 2.5) ** 2))
    log_rate = 1.6 + 1.3 * rush * (1 - 0.6 * frame.weekend) + 0.03 * frame.temperature - 0.7 * frame.rain
    frame["count"] = np.random.poisson(np.exp(log_rate))
    return frame


def to_tensors(frame):
    features = np.stack(
        [
            np.sin(2 * np.pi * frame.hour / 24),
            np.cos(2 * np.pi * frame.hour / 24),
            np.sin(4 * np.pi * frame.hour / 24),
            np.cos(4 * np.pi * frame.hour / 24),
            (frame.temperature - 14) / 8,
            frame.rain,
            frame.weekend,
        ],
        axis=1,
    )
    return torch.tensor(features, dtype=torch.float32), torch.tensor(frame["count"].to_numpy(), dtype=torch.float32)


class RateModel(nn.Module):
    def __init__(self, n_features):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(n_features, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
        self.head = nn.Linear(32, 1)

    def forward(self, x):
        rate = nn.functional.softplus(self.head(self.body(x)))
        return rate.squeeze(-1)


def deviance(rate, count):
    rate = rate.clamp(min=1e-6)
    ratio = torch.where(count > 0, count * torch.log(count.clamp(min=1) / rate), torch.zeros_like(count))
    return 2 * (ratio - (count - rate)).mean().item()


def main():
    x_train, y_train = to_tensors(make_frame(3000))
    x_test, y_test = to_tensors(make_frame(800))
    loader = DataLoader(TensorDataset(x_train, y_train), batch_size=100, shuffle=True)

    model = RateModel(x_train.shape[1])
    criterion = nn.PoissonNLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(12):
        losses = []
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        print(f"epoch {epoch} loss {np.mean(losses):.3f}")

    with torch.no_grad():
        rate = model(x_test)
    print("mean predicted", rate.mean().item(), "mean seen", y_test.mean().item())
    print("METRIC deviance", deviance(rate, y_test))


if __name__ == "__main__":
    main()
