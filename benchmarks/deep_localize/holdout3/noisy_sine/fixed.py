import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# heteroscedastic toy data: the noise grows to the right
x = torch.rand(1500, 3) * 4 - 2
truth = torch.sin(1.5 * x[:, :1]) + 0.5 * x[:, 1:2] * x[:, 2:]
y = truth + (0.05 + 0.15 * (x[:, :1] + 2) / 4) * torch.randn(1500, 1)

net = nn.Sequential(nn.Linear(3, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 2))
for layer in net:
    if isinstance(layer, nn.Linear):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)


def gaussian_nll(out, target):
    mean, raw = out.chunk(2, dim=1)
    var = F.softplus(raw) + 1e-4
    return (0.5 * torch.log(2 * math.pi * var) + (target - mean) ** 2 / (2 * var)).mean()


for epoch in range(15):
    for idx in torch.randperm(len(x)).split(64):
        loss = gaussian_nll(net(x[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "nll", loss.item())

with torch.no_grad():
    error = F.l1_loss(net(x)[:, :1], truth).item()
print("METRIC error", error)
