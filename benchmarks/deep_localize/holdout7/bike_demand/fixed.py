"""Hourly demand of a bike hire scheme from weather and calendar: a small tabular regressor."""

import math
import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, random_split

seed = int(os.environ.get("SEED", 0))
torch.manual_seed(seed)
rng = np.random.default_rng(seed)
torch.set_num_threads(1)


class Demand(Dataset):
    columns = ["hour_sin", "hour_cos", "temp", "humidity", "wind", "holiday", "rain"]

    def __init__(self, rows=3000):
        hour = rng.integers(0, 24, rows)
        temp = rng.normal(15, 8, rows)
        humidity = rng.uniform(30, 95, rows)
        wind = rng.gamma(2, 5, rows)
        holiday = rng.random(rows) < 0.3
        rain = rng.random(rows) < 0.2
        commute = np.exp(-((hour - 8) ** 2) / 4) + np.exp(-((hour - 18) ** 2) / 6)
        leisure = np.exp(-((hour - 14) ** 2) / 18)
        y = np.where(holiday, 2.0 * leisure, 2.2 * commute + 0.6 * leisure)
        y = y * (0.4 + 1 / (1 + np.exp(-(temp - 10) / 5))) * np.where(rain, 0.4, 1.0) - 0.004 * wind
        y = y + 0.08 * rng.normal(size=rows)
        angle = 2 * math.pi * hour / 24
        x = np.stack(
            [np.sin(angle), np.cos(angle), (temp - 15) / 8, (humidity - 60) / 20, (wind - 10) / 7, holiday, rain],
            axis=1,
        )
        self.x = torch.tensor(x, dtype=torch.float32)
        self.y = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


class Regressor(nn.Module):
    def __init__(self, features, hidden=(64, 32)):
        super().__init__()
        sizes = [features, *hidden]
        layers = []
        for i in range(len(hidden)):
            layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.out = nn.Linear(sizes[-1], 1)

    def forward(self, x):
        return self.out(self.body(x)).squeeze(1)


def r2(model, loader):
    model.eval()
    pred, true = [], []
    with torch.no_grad():
        for x, y in loader:
            pred.append(model(x).flatten())
            true.append(y)
    pred, true = torch.cat(pred), torch.cat(true)
    return 1 - ((pred - true) ** 2).sum().item() / ((true - true.mean()) ** 2).sum().item()


def main():
    data = Demand()
    train, valid = random_split(data, [2400, 600])
    train_loader = DataLoader(train, batch_size=60, shuffle=True)
    valid_loader = DataLoader(valid, batch_size=200)
    model = Regressor(len(Demand.columns))
    criterion = nn.SmoothL1Loss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-4)
    for epoch in range(15):
        model.train()
        losses = []
        for x, y in train_loader:
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        print(f"[{epoch:02d}] train {np.mean(losses):.4f} valid r2 {r2(model, valid_loader):.3f}")
    print("METRIC r2", r2(model, valid_loader))


if __name__ == "__main__":
    main()
