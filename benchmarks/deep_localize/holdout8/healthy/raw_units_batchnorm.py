"""Pressures in pascals next to strains in millionths: the batch norm in front takes care of the units."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

SCALE = torch.tensor([101325.0, 3e-6, 4200.0, 0.7, 1e-3, 290.0])
SPREAD = torch.tensor([900.0, 1e-6, 800.0, 0.1, 4e-4, 9.0])


def readings(n):
    z = torch.randn(n, 6)
    state = ((z[:, 0] * z[:, 1] + z[:, 2]) > 0.2).long() + ((z[:, 3] - z[:, 4] + z[:, 5]) > 0.5).long()
    return SCALE + SPREAD * z, state


x, y = readings(3000)
x_test, y_test = readings(800)
loader = DataLoader(TensorDataset(x, y), batch_size=100, shuffle=True)
model = nn.Sequential(
    nn.BatchNorm1d(6, eps=1e-16), nn.Linear(6, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 3)
)
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
for epoch in range(14):
    model.train()
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(xb), yb)
        loss.backward()
        optimizer.step()
    if epoch % 3 == 2:
        print("epoch", epoch + 1, "loss", round(loss.item(), 3))
model.eval()
with torch.no_grad():
    print("METRIC accuracy", (model(x_test).argmax(1) == y_test).float().mean().item())
