"""Estimate the compressive strength of concrete from its mixture with a regularised MLP."""

import os
import random

import numpy as np
import torch
from torch import nn, optim

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

CONFIG = {
    "hidden": 96,
    "dropout": 0.05,
    "lr": 2e-3,
    "epochs": 45,
    "batch_size": 64,
}


def mixtures(n):
    """Cement, water, slag, superplasticiser, aggregate (all in 0..1) and the age in days."""
    mix = np.random.rand(n, 5)
    age = np.random.choice([3, 7, 14, 28, 90], n)
    ratio = (0.3 + mix[:, 0] + 0.5 * mix[:, 2]) / (0.5 + mix[:, 1])
    strength = 22 * ratio + 7 * np.log(age) + 8 * np.sin(3 * mix[:, 3]) - 6 * (mix[:, 4] - 0.5) ** 2
    strength += np.random.randn(n) * 1.0
    x = np.column_stack([mix, np.log(age) / 4.5])
    return x.astype(np.float32), strength.astype(np.float32)


class StrengthNet(nn.Module):
    def __init__(self, inputs, hidden, dropout):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.drop1 = nn.Dropout(dropout)
        self.fc2 = nn.Linear(hidden, hidden)
        self.drop2 = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        x = self.drop1(torch.relu(self.fc1(x)))
        x = self.drop2(torch.relu(self.fc2(x)))
        return self.out(x).squeeze(-1)


def main():
    x, y = mixtures(1600)
    x = (x - x[:1200].mean(0)) / x[:1200].std(0)
    y = (y - y[:1200].mean()) / y[:1200].std()
    x, y = torch.tensor(x), torch.tensor(y)
    x_train, y_train, x_valid, y_valid = x[:1200], y[:1200], x[1200:], y[1200:]

    model = StrengthNet(x.shape[1], CONFIG["hidden"], CONFIG["dropout"])
    optimizer = optim.Adam(model.parameters(), lr=CONFIG["lr"])
    criterion = nn.MSELoss()

    for epoch in range(CONFIG["epochs"]):
        model.train()
        order = torch.randperm(len(x_train))
        losses = []
        for batch in order.split(CONFIG["batch_size"]):
            optimizer.zero_grad()
            loss = criterion(model(x_train[batch]), y_train[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        model.eval()
        with torch.no_grad():
            valid = criterion(model(x_valid), y_valid).item()
        if epoch % 9 == 8:
            print(f"epoch {epoch + 1} train {np.mean(losses):.4f} valid {valid:.4f}")

    print(f"METRIC valid_mse {valid:.5f}")


if __name__ == "__main__":
    main()
