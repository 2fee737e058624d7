"""A sine network fits one sound wave: weights are drawn very small and multiplied by 30 inside the sine."""

import math
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class Sine(nn.Module):
    def __init__(self, d_in, d_out, first=False, omega=30.0):
        super().__init__()
        self.omega = omega
        self.linear = nn.Linear(d_in, d_out)
        bound = 1 / d_in if first else math.sqrt(6 / d_in) / omega
        nn.init.uniform_(self.linear.weight, -bound, bound)

    def forward(self, x):
        return torch.sin(self.omega * self.linear(x))


t = torch.linspace(-1, 1, 512)[:, None]
wave = sum(a * torch.sin(2 * math.pi * f * t + 6.28 * torch.rand(1)) for a, f in ((0.5, 3), (0.3, 11), (0.2, 17)))
wave = wave * torch.exp(-(t**2))

net = nn.Sequential(Sine(1, 48, first=True), Sine(48, 48), nn.Linear(48, 1))
with torch.no_grad():
    bound = math.sqrt(6 / 48) / 30
    net[-1].weight.uniform_(-bound, bound)
optimizer = torch.optim.Adam(net.parameters(), lr=5e-4)
for step in range(700):
    loss = ((net(t) - wave) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 99:
        print(f"step {step + 1} mse {loss.item():.2e}")
with torch.no_grad():
    print("METRIC mse", ((net(t) - wave) ** 2).mean().item())
