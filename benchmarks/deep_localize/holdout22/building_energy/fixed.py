"""Predict the yearly heating energy of a building from its geometry and materials."""

import os
import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

EPOCHS = 30
BATCH = 64


def make_buildings(count):
    rng = np.random.default_rng(SEED)
    compactness = rng.uniform(0.6, 1.0, count)
    wall = rng.uniform(240, 420, count)
    roof = rng.uniform(110, 220, count)
    height = rng.choice([3.5, 7.0], count)
    glazing = rng.uniform(0.0, 0.4, count)
    u_value = rng.uniform(0.2, 1.8, count)
    load = (
        0.05 * wall * u_value
        + 0.04 * roof * (2 - u_value * 0.5)
        + 22 * glazing * np.sin(3 * compactness)
        + 1.8 * height / compactness
        + rng.normal(0, 0.8, count)
    )
    features = np.stack([compactness, wall, roof, height, glazing, u_value], axis=1)
    return features.astype(np.float32), load.astype(np.float32)


def build_model(width):
    return nn.Sequential(
        nn.Linear(width, 64),
        nn.ReLU(),
        nn.Linear(64, 64),
        nn.ReLU(),
        nn.Linear(64, 1),
    )


def evaluate(model, inputs, targets):
    model.eval()
    with torch.no_grad():
        predicted = model(inputs).numpy().ravel()
    model.train()
    return float(np.mean((predicted - targets.numpy()) ** 2))


def main():
    features, load = make_buildings(1600)
    split = 1280
    mean, std = features[:split].mean(0), features[:split].std(0)
    features = (features - mean) / std
    load = (load - load[:split].mean()) / load[:split].std()

    x_train, y_train = torch.from_numpy(features[:split]), torch.from_numpy(load[:split])
    x_test, y_test = torch.from_numpy(features[split:]), torch.from_numpy(load[split:])
    loader = DataLoader(TensorDataset(x_train, y_train), batch_size=BATCH, shuffle=True)

    model = build_model(features.shape[1])
    criterion = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

    for epoch in range(EPOCHS):
        running = 0.0
        for inputs, targets in loader:
            optimizer.zero_grad()
            outputs = model(inputs).squeeze(1)
            loss = criterion(outputs, targets)
            loss.backward()
            optimizer.step()
            running += loss.item() * len(inputs)
        if (epoch + 1) % 10 == 0:
            print(f"epoch {epoch + 1}: train {running / split:.4f} test {evaluate(model, x_test, y_test):.4f}")

    print(f"METRIC test_mse {evaluate(model, x_test, y_test):.5f}")


if __name__ == "__main__":
    main()
