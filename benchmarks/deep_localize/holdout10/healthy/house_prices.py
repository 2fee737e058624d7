"""Prices in the hundred thousands; the model holds the target's mean and scale and answers in money."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def market(n):
    area = 40 + 160 * torch.rand(n)
    rooms = (area / 30 + torch.randn(n)).round().clamp(1, 8)
    year = torch.randint(1900, 2021, (n,)).float()
    distance = 20 * torch.rand(n)
    price = 3000 * area * torch.exp(-distance / 15) + 15000 * rooms + 400 * (year - 1950).clamp(min=0)
    return torch.stack([area, rooms, year, distance], dim=1), price * torch.exp(0.05 * torch.randn(n))


x_train, p_train = market(4000)
x_test, p_test = market(1000)


class PriceModel(nn.Module):
    def __init__(self, x, p):
        super().__init__()
        self.register_buffer("x_mean", x.mean(0))
        self.register_buffer("x_std", x.std(0))
        self.register_buffer("p_mean", p.mean())
        self.register_buffer("p_std", p.std())
        self.net = nn.Sequential(nn.Linear(4, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))

    def forward(self, x):
        z = self.net((x - self.x_mean) / self.x_std).squeeze(1)
        return z * self.p_std + self.p_mean


model = PriceModel(x_train, p_train)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
criterion = nn.L1Loss()  # in money


def r2():
    model.eval()
    with torch.no_grad():
        return (1 - (model(x_test) - p_test).square().mean() / p_test.var()).item()


for epoch in range(12):
    model.train()
    total = 0.0
    for x, p in DataLoader(TensorDataset(x_train, p_train), batch_size=64, shuffle=True):
        loss = criterion(model(x), p)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
    print(f"epoch {epoch} mean error {total / len(x_train):,.0f} r2 {r2():.3f}")

print("METRIC r2", r2())
