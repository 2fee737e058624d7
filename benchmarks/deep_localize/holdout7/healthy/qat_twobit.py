"""Quantisation-aware training: weights of a few levels in the forward pass, gradients straight through."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class Round(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, grad):
        return grad


class QuantLinear(nn.Linear):
    levels = 3

    def forward(self, x):
        scale = self.weight.detach().abs().mean() * 2 / self.levels + 1e-8
        weight = Round.apply((self.weight / scale).clamp(-self.levels, self.levels)) * scale
        return nn.functional.linear(x, weight, self.bias)


class QuantNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = QuantLinear(2, 48), QuantLinear(48, 48), QuantLinear(48, 2)

    def forward(self, x):
        x = torch.relu(self.fc1(x)).clamp(max=6)
        x = torch.relu(self.fc2(x)).clamp(max=6)
        return self.fc3(x)


def spirals(n):
    y = torch.randint(0, 2, (n,))
    t = 0.4 + 4.5 * torch.rand(n)
    a = t + 3.1416 * y
    return torch.stack([t * a.cos(), t * a.sin()], 1) / 2 + 0.05 * torch.randn(n, 2), y


x, y = spirals(2000)
tx, ty = spirals(500)
net = QuantNet()
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 25)
for epoch in range(25):
    total = 0.0
    for idx in torch.randperm(2000).split(80):
        loss = nn.functional.cross_entropy(net(x[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() / 25
    scheduler.step()
    if epoch % 5 == 0:
        print(f"epoch {epoch} loss {total:.3f}")
with torch.no_grad():
    print("METRIC accuracy", (net(tx).argmax(1) == ty).float().mean().item())
