"""Predict how far a vehicle moves east and north within a minute from its sensor readings."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

N_FEATURES = 6
EPOCHS = 12
BATCH = 64


def simulate(n):
    """Displacement in units of 100 m; the last feature is the ignition, off in about a fifth of the vehicles."""
    x = torch.randn(n, N_FEATURES)
    x[:, -1] = (torch.rand(n) < 0.8).float()
    speed = x[:, -1] * (1.0 + 0.5 * torch.tanh(x[:, 0]) + 0.4 * x[:, 1] * x[:, 2]).abs()
    angle = torch.sigmoid(x[:, 3]) * torch.pi
    moved = torch.stack([speed * torch.cos(angle), speed * torch.sin(angle)], dim=1)
    return x, moved


class DisplacementNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(N_FEATURES, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
        self.out = nn.Linear(64, 2)

    def forward(self, x):
        ignition = x[:, -1:]
        return ignition * self.out(self.body(x))


def distance_loss(predicted, actual):
    """Mean straight-line distance between the predicted and the actual position."""
    lx = predicted[:, 0] - actual[:, 0]
    ly = predicted[:, 1] - actual[:, 1]
    return torch.sqrt(lx**2 + ly**2).mean()


x_train, y_train = simulate(2000)
x_test, y_test = simulate(500)
model = DisplacementNet()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

for epoch in range(EPOCHS):
    order = torch.randperm(len(x_train))
    running = 0.0
    for i in range(0, len(order), BATCH):
        idx = order[i : i + BATCH]
        optimizer.zero_grad()
        loss = distance_loss(model(x_train[idx]), y_train[idx])
        loss.backward()
        optimizer.step()
        running += loss.item() * len(idx)
    print(f"epoch {epoch:2d}  distance {running / len(x_train):.4f}")

model.eval()
with torch.no_grad():
    error = distance_loss(model(x_test), y_test).item()
print("METRIC test_distance", round(error, 4))
