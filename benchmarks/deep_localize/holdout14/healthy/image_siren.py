"""Fits a coordinate network with sine activations to an image; judged on the pixels that were left out."""

import math
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def picture(xy):
    x, y = xy[:, 0], xy[:, 1]
    return 0.5 * torch.sin(9 * x + 3 * torch.cos(4 * y)) * torch.exp(-(x**2 + y**2)) + 0.3 * torch.cos(7 * y - 2 * x)


class Sine(nn.Module):
    def __init__(self, fan_in, fan_out, first=False, omega=30.0):
        super().__init__()
        self.omega = omega if first else 1.0
        self.linear = nn.Linear(fan_in, fan_out)
        bound = 1 / fan_in if first else math.sqrt(6 / fan_in)
        nn.init.uniform_(self.linear.weight, -bound, bound)

    def forward(self, x):
        return torch.sin(self.omega * self.linear(x))


side = 48
axis = torch.linspace(-1, 1, side)
grid = torch.cartesian_prod(axis, axis)
value = picture(grid).unsqueeze(1)
order = torch.randperm(len(grid))
train, test = order[: len(order) * 3 // 4], order[len(order) * 3 // 4 :]

model = nn.Sequential(Sine(2, 64, first=True, omega=8.0), Sine(64, 64), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 600)

for step in range(600):
    index = train[torch.randint(len(train), (256,))]
    loss = nn.functional.mse_loss(model(grid[index]), value[index])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if step % 150 == 149:
        print(f"step {step + 1} loss {loss.item():.6f}")

with torch.no_grad():
    mse = nn.functional.mse_loss(model(grid[test]), value[test]).item()
    peak = (value.max() - value.min()).item()
print(f"METRIC psnr {10 * math.log10(peak**2 / mse):.3f}")
