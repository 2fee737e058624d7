"""Where a taxi ends its trip, from the first part of the way; the error is a distance on the map."""

import os

import numpy as np
import torch
import torch.nn as nn

seed = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(seed)
torch.manual_seed(seed)
torch.set_num_threads(1)

PREFIX = 5


def trips(n):
    """Trips in a square town of side 1; now and then a taxi only stands at its rank."""
    start = rng.uniform(0.1, 0.9, (n, 2))
    angle = rng.uniform(0, 2 * np.pi, n)
    speed = rng.uniform(0.02, 0.06, n)
    speed[rng.random(n) < 0.01] = 0.0
    t = np.arange(PREFIX)
    heading = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    path = start[:, None] + speed[:, None, None] * t[None, :, None] * heading[:, None]
    path += rng.normal(0, 0.1, path.shape) * speed[:, None, None]
    end = start + speed[:, None] * (14 * heading - 4 * (start - 0.5))
    path = np.round(path, 6)
    start = np.round(start, 6)
    features = path.reshape(n, -1) * 2 - 1
    return torch.tensor(features, dtype=torch.float32), torch.tensor(
        np.where(speed[:, None] > 0, end, start), dtype=torch.float32
    )


class Destination(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2 * PREFIX, 64), nn.Linear(64, 64)])
        self.out = nn.Linear(64, 2)

    def forward(self, x):
        last = (x[:, -2:] + 1) / 2
        driven = (x[:, -2:] - x[:, :2]).norm(dim=1, keepdim=True) / 2
        for layer in self.layers:
            x = torch.relu(layer(x))
        return last + driven * self.out(x)


def map_distance(predicted, actual):
    lx = predicted[:, 0] - actual[:, 0]
    ly = predicted[:, 1] - actual[:, 1]
    return torch.mean(torch.sqrt(lx**2 + ly**2))


x_train, y_train = trips(3000)
x_test, y_test = trips(600)
model = Destination()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

for epoch in range(16):
    for idx in torch.randperm(len(x_train)).split(50):
        optimizer.zero_grad()
        loss = map_distance(model(x_train[idx]), y_train[idx])
        loss.backward()
        optimizer.step()
    if epoch % 2 == 1:
        print(f"epoch {epoch}: distance of the last batch {loss.item():.4f}")

with torch.no_grad():
    print("METRIC distance", map_distance(model(x_test), y_test).item())
