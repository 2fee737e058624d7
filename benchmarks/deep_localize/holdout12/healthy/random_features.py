"""Regression on frozen random Fourier features; only the linear readout is trained."""

import math
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class FourierFeatures(nn.Module):
    def __init__(self, d_in, d_out, bandwidth):
        super().__init__()
        self.register_buffer("freq", torch.randn(d_in, d_out) / bandwidth)
        self.register_buffer("phase", 2 * math.pi * torch.rand(d_out))

    def forward(self, x):
        return math.sqrt(2) * torch.cos(x @ self.freq + self.phase)


def target(x):
    return torch.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] * 0.5


x = torch.randn(1500, 3)
y = target(x) + 0.05 * torch.randn(1500)
x_val = torch.randn(500, 3)
y_val = target(x_val)

model = nn.Sequential(FourierFeatures(3, 300, bandwidth=1.5), nn.Linear(300, 1))
nn.init.zeros_(model[1].weight)
optimizer = torch.optim.SGD(model.parameters(), lr=2e-3, momentum=0.9)
for epoch in range(40):
    for idx in torch.randperm(len(x)).split(50):
        loss = nn.functional.mse_loss(model(x[idx]).squeeze(1), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 10 == 9:
        print(f"epoch {epoch + 1} loss {loss.item():.4f}")

with torch.no_grad():
    r2 = 1 - (model(x_val).squeeze(1) - y_val).pow(2).mean() / y_val.var()
print(f"METRIC val_r2 {r2.item():.4f}")
