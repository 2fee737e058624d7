"""Calibration curve of a thermocouple: tiny network, full batch, L-BFGS with line search in double precision."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def thermocouple(volts):
    return 180 * volts - 14 * volts**2 + 25 * torch.sin(1.3 * volts)


volts = torch.linspace(0, 5, 90).unsqueeze(1)
celsius = thermocouple(volts) + 2.0 * torch.randn_like(volts)
v_mean, v_std, c_mean, c_std = volts.mean(), volts.std(), celsius.mean(), celsius.std()
x, y = (volts - v_mean) / v_std, (celsius - c_mean) / c_std

model = nn.Sequential(nn.Linear(1, 12), nn.Tanh(), nn.Linear(12, 12), nn.Tanh(), nn.Linear(12, 1))
optimizer = torch.optim.LBFGS(model.parameters(), lr=1.0, max_iter=5, history_size=20, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    penalty = sum((p**2).sum() for p in model.parameters() if p.dim() > 1)
    loss = nn.functional.mse_loss(model(x), y) + 1e-6 * penalty
    loss.backward()
    return loss


for iteration in range(70):
    loss = optimizer.step(closure)
    if iteration % 10 == 0:
        print(f"iteration {iteration} loss {loss.item():.6f}")

fresh = torch.linspace(0.05, 4.95, 200).unsqueeze(1)
with torch.no_grad():
    pred = model((fresh - v_mean) / v_std) * c_std + c_mean
rmse = (pred - thermocouple(fresh)).pow(2).mean().sqrt().item()
print(f"METRIC rmse_celsius {rmse:.4f}")
