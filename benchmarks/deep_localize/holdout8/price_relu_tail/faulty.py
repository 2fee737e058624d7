"""Log-prices of made-up flats from size, age, floor and district; the network comes from a helper."""

import itertools
import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

N_DISTRICTS = 8
district_level = torch.linspace(-1, 1, N_DISTRICTS)


def flats(n):
    size, age, floor = 20 + 130 * torch.rand(n), 80 * torch.rand(n), torch.randint(0, 12, (n,)).float()
    district = torch.randint(0, N_DISTRICTS, (n,))
    log_price = torch.log(size) + 0.6 * district_level[district] - 0.01 * age + 0.0001 * (age - 40) ** 2
    log_price = log_price + 0.02 * floor * district_level[district] + 0.05 * torch.randn(n)
    numbers = torch.stack([(size - 85) / 37, (age - 40) / 23, (floor - 5.5) / 3.5], 1)
    return numbers, district, log_price


def mlp(sizes, act=nn.ReLU, act_last=False):
    layers = []
    for i, (a, b) in enumerate(itertools.pairwise(sizes)):
        layers.append(nn.Linear(a, b))
        if i < len(sizes) - 2 or act_last:
            layers.append(act())
    return nn.Sequential(*layers)


class PriceModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.district = nn.Embedding(N_DISTRICTS, 4)
        self.trunk = mlp([7, 48, 32], act_last=True)
        self.regressor = mlp([32, 16, 1], act_last=True)

    def forward(self, numbers, district):
        h = self.trunk(torch.cat([numbers, self.district(district)], 1))
        return self.regressor(h).squeeze(1)


numbers, district, price = flats(2400)
mean, std = price[:2000].mean(), price[:2000].std()
target = (price - mean) / std
loader = DataLoader(TensorDataset(numbers[:2000], district[:2000], target[:2000]), batch_size=50, shuffle=True)
model = PriceModel()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
loss_fn = nn.SmoothL1Loss()

for epoch in range(15):
    losses = []
    for n, d, t in loader:
        loss = loss_fn(model(n, d), t)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1}: {sum(losses) / len(losses):.4f}")

with torch.no_grad():
    pred = model(numbers[2000:], district[2000:])
    r2 = 1 - (pred - target[2000:]).pow(2).mean() / target[2000:].var()
print("METRIC r2", r2.item())
