"""Predict house prices from area, rooms, year of construction and distance to the centre."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def make_houses(n=1500):
    area = np.random.uniform(40, 240, n)
    rooms = np.clip(np.round(area / 28 + np.random.randn(n)), 1, 10)
    year = np.random.randint(1930, 2022, n)
    distance = np.random.gamma(2.0, 4.0, n)
    price = (
        2600 * area + 9000 * rooms + 1400 * (year - 1930) + 250000 * np.exp(-distance / 6) + np.random.randn(n) * 15000
    )
    features = np.stack([area, rooms, year, distance], axis=1)
    return features.astype(np.float32), price.astype(np.float32)


features, prices = make_houses()
x_train, x_test, y_train, y_test = train_test_split(features, prices, test_size=0.2, random_state=SEED)
x_train, x_test = torch.from_numpy(x_train), torch.from_numpy(x_test)
y_train, y_test = torch.from_numpy(y_train), torch.from_numpy(y_test)

x_mean, x_std = x_train.mean(0), x_train.std(0)
y_mean, y_std = y_train.mean(), y_train.std()
x_train, x_test = (x_train - x_mean) / x_std, (x_test - x_mean) / x_std
y_train, y_test = (y_train - y_mean) / y_std, (y_test - y_mean) / y_std

train_loader = DataLoader(TensorDataset(x_train, y_train), batch_size=32, shuffle=True)

model = nn.Sequential(
    nn.Linear(4, 32),
    nn.ReLU(),
    nn.Linear(32, 32),
    nn.ReLU(),
    nn.Linear(32, 1),
)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(25):
    total = 0.0
    for xb, yb in train_loader:
        pred = model(xb).squeeze(1)
        loss = loss_fn(pred, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(xb)
    if epoch % 5 == 0:
        print("epoch", epoch, "mse", total / len(x_train))

model.eval()
with torch.no_grad():
    pred = model(x_test).squeeze(1)
    residual = ((pred - y_test) ** 2).sum()
    spread = ((y_test - y_test.mean()) ** 2).sum()
    r2 = 1 - (residual / spread).item()
print("METRIC r2", r2)
