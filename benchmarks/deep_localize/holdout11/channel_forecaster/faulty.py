"""One-step forecasts for groups of series whose levels differ by orders of magnitude."""

import math
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
CHANNELS, CONTEXT = 4, 24


def make_groups(n):
    """(n, channels, time): seasonal series with their own level, amplitude and period."""
    t = torch.arange(CONTEXT + 1)
    level = 10 ** (3 * torch.rand(n, CHANNELS, 1))
    amplitude = 0.2 + 0.5 * torch.rand(n, CHANNELS, 1)
    period = torch.tensor([6.0, 8.0, 12.0])[torch.randint(3, (n, CHANNELS, 1))]
    phase = 2 * math.pi * torch.rand(n, CHANNELS, 1)
    wave = 1 + amplitude * torch.sin(2 * math.pi * t / period + phase) + 0.03 * torch.randn(n, CHANNELS, CONTEXT + 1)
    series = level * wave
    return series[..., :-1], series[..., -1:]


class MeanScaler(nn.Module):
    def __init__(self, axis):
        super().__init__()
        self.axis = axis

    def forward(self, x):
        scale = x.abs().mean(self.axis, keepdim=True).clamp(min=1e-6)
        return x / scale, scale


class Forecaster(nn.Module):
    def __init__(self, width=48):
        super().__init__()
        self.scaler = MeanScaler(axis=1)
        self.conv = nn.Conv1d(1, 16, 5)
        self.gru = nn.GRU(16, width, batch_first=True)
        self.out = nn.Linear(width, 1)

    def forward(self, x):
        scaled, scale = self.scaler(x)
        n, c, t = scaled.shape
        h = torch.relu(self.conv(scaled.reshape(n * c, 1, t)))
        h = self.gru(h.transpose(1, 2))[0][:, -1]
        return self.out(h).view(n, c, 1) * scale[..., -1:]


def relative_error(forecast, actual, past):
    return ((forecast - actual).abs() / past.abs().mean(2, keepdim=True)).mean()


train, test = make_groups(500), make_groups(150)
net = Forecaster()
optimizer = torch.optim.Adam(net.parameters(), lr=4e-3)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.85)
for epoch in range(12):
    net.train()
    total = 0.0
    for idx in torch.randperm(500).split(20):
        past, actual = train[0][idx], train[1][idx]
        loss = relative_error(net(past), actual, past)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        total += loss.item() / 25
    scheduler.step()
    print(f"epoch {epoch + 1}: relative error {total:.4f}")
net.eval()
with torch.no_grad():
    print("METRIC relative_error", round(relative_error(net(test[0]), test[1], test[0]).item(), 4))
