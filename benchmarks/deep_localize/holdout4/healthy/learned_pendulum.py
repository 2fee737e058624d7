import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def true_field(y):
    return torch.stack([y[:, 1], -torch.sin(y[:, 0]) - 0.1 * y[:, 1]], dim=1)


def rk4(f, y, dt, steps):
    path = [y]
    for _ in range(steps):
        k1 = f(y)
        k2 = f(y + dt / 2 * k1)
        k3 = f(y + dt / 2 * k2)
        k4 = f(y + dt * k3)
        y = y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        path.append(y)
    return torch.stack(path)


class ODEFunc(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 40), nn.Tanh(), nn.Linear(40, 2))
        for m in self.net.modules():
            if isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, mean=0, std=0.1)
                nn.init.constant_(m.bias, val=0)

    def forward(self, y):
        return self.net(y)


func = ODEFunc()
optimizer = torch.optim.Adam(func.parameters(), lr=1e-2)
for it in range(200):
    start = torch.randn(24, 2)
    with torch.no_grad():
        wanted = rk4(true_field, start, 0.1, 10)
    loss = (rk4(func, start, 0.1, 10) - wanted).abs().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if it % 40 == 0:
        print(it, loss.item())
with torch.no_grad():
    start = torch.randn(200, 2)
    error = (rk4(func, start, 0.1, 10) - rk4(true_field, start, 0.1, 10)).abs().mean().item()
print("METRIC error", error)
