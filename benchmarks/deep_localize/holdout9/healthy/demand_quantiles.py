"""Quantile regression of demand: three heads, the pinball loss, noise that grows with the input."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

QUANTILES = torch.tensor([0.1, 0.5, 0.9])


def days(n):
    weekday = torch.randint(0, 7, (n,))
    warmth = torch.rand(n, 1)
    level = torch.sin(weekday.float()).unsqueeze(1) + 2 * warmth
    demand = level + (0.2 + warmth) * (torch.distributions.Gumbel(0.0, 1.0).sample((n, 1)) - 0.58)
    return weekday, warmth, demand


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.weekday = nn.Embedding(7, 4)
        self.trunk = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
        self.lowest = nn.Linear(32, 1)
        self.gaps = nn.Linear(32, 2)

    def forward(self, weekday, warmth):
        h = self.trunk(torch.cat([self.weekday(weekday), warmth], 1))
        low = self.lowest(h)
        rises = nn.functional.softplus(self.gaps(h)).cumsum(1)
        return torch.cat([low, low + rises], 1)


def pinball(predicted, actual):
    error = actual - predicted
    return torch.maximum(QUANTILES * error, (QUANTILES - 1) * error).mean()


model = Forecaster()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
weekday, warmth, demand = days(4000)
for epoch in range(12):
    total = 0.0
    for idx in torch.randperm(4000).split(80):
        loss = pinball(model(weekday[idx], warmth[idx]), demand[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch}: pinball {total / 50:.4f}")

weekday, warmth, demand = days(4000)
with torch.no_grad():
    coverage = (demand <= model(weekday, warmth)).float().mean(0)
print("coverage", [round(c, 3) for c in coverage.tolist()])
print("METRIC coverage_error", (coverage - QUANTILES).abs().max().item())
