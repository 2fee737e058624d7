"""Quantisation-aware training: weights of four bits, gradients straight through the rounding."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x, y = load_digits(return_X_y=True)
x, y = torch.tensor(x, dtype=torch.float32) / 16, torch.tensor(y)
order = torch.randperm(len(x))
x, y = x[order], y[order]


class Quantise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, w, bits):
        scale = w.abs().max() / (2 ** (bits - 1) - 1)
        return torch.round(w / scale) * scale

    @staticmethod
    def backward(ctx, grad):
        return grad, None


class QuantLinear(nn.Linear):
    def forward(self, x):
        return F.linear(x, Quantise.apply(self.weight, 4), self.bias)


class QuantReLU(nn.Module):
    def __init__(self, levels=15, top=3.0):
        super().__init__()
        self.levels, self.top = levels, top

    def forward(self, x):
        x = x.clamp(0, self.top)
        rounded = torch.round(x * self.levels / self.top) * self.top / self.levels
        return x + (rounded - x).detach()


model = nn.Sequential(QuantLinear(64, 64), QuantReLU(), QuantLinear(64, 48), QuantReLU(), QuantLinear(48, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 8, 0.5)
for epoch in range(20):
    for idx in torch.randperm(1300).split(50):
        loss = F.cross_entropy(model(x[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    scheduler.step()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} loss {loss.item():.3f}")

with torch.no_grad():
    accuracy = (model(x[1300:]).argmax(1) == y[1300:]).float().mean().item()
print("METRIC accuracy", accuracy)
