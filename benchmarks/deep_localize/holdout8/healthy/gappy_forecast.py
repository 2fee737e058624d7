"""Next values of three noisy oscillators whose records have gaps; the loss counts what was measured only."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def records(n, steps=30):
    """Values and what of them was measured, both (time, batch, channel)."""
    t = torch.arange(steps + 1.0)[:, None, None]
    freq, phase = 0.25 + 0.35 * torch.rand(1, n, 3), 6.28 * torch.rand(1, n, 3)
    values = torch.sin(freq * t + phase)
    seen = (torch.rand_like(values) < 0.5).float()
    return values, seen


class Forecaster(nn.Module):
    """A GRU over (time, batch, features), which is how torch's own layers like it."""

    def __init__(self, hidden=48):
        super().__init__()
        self.gru = nn.GRU(6, hidden)
        self.readout = nn.Linear(hidden, 3)

    def forward(self, values, seen):
        h, _ = self.gru(torch.cat([values * seen, seen], -1))
        return self.readout(h)


def masked_mse(pred, target, mask):
    return ((pred - target) ** 2 * mask).sum() / mask.sum().clamp(min=1)


net = Forecaster()
optimizer = torch.optim.Adam(net.parameters(), lr=6e-3)
values, seen = records(900)
values = values + 0.05 * torch.randn_like(values)
values[seen == 0] = -999.0  # what the logger writes when a sensor is silent

for epoch in range(11):
    net.train()
    for idx in torch.randperm(values.size(1)).split(60):
        v, m = values[:, idx], seen[:, idx]
        pred = net(v[:-1], m[:-1])
        loss = masked_mse(pred, v[1:], m[1:])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    print(f"epoch {epoch} masked mse {loss.item():.4f}")

net.eval()
with torch.no_grad():
    v, m = records(200)
    error = (net(v[:-1], m[:-1])[12:] - v[13:]).pow(2).mean().item()
print("METRIC mse", error)
