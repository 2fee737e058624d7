"""A network of binary weights and activations through a straight-through estimator."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class SignSTE(torch.autograd.Function):
    """sign forward; backward the identity within [-1, 1]."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (x.abs() <= 1)


class BinaryLinear(nn.Linear):
    def forward(self, x):
        return F.linear(x, SignSTE.apply(self.weight)) / self.in_features**0.5


class BinaryNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = BinaryLinear(64, 192, bias=False)
        self.bn1 = nn.BatchNorm1d(192)
        self.fc2 = BinaryLinear(192, 192, bias=False)
        self.bn2 = nn.BatchNorm1d(192)
        self.fc3 = BinaryLinear(192, 10, bias=False)
        self.bn3 = nn.BatchNorm1d(10)

    def forward(self, x):
        x = SignSTE.apply(self.bn1(self.fc1(x)))
        x = SignSTE.apply(self.bn2(self.fc2(x)))
        return self.bn3(self.fc3(x))


digits = load_digits()
x = torch.tensor(digits.data, dtype=torch.float32) / 8 - 1
y = torch.tensor(digits.target)
order = torch.randperm(len(x))
train = TensorDataset(x[order[:1400]], y[order[:1400]])
x_test, y_test = x[order[1400:]], y[order[1400:]]

net = BinaryNet()
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=15)


def accuracy():
    net.eval()
    with torch.no_grad():
        return (net(x_test).argmax(1) == y_test).float().mean().item()


for epoch in range(15):
    net.train()
    for xb, yb in DataLoader(train, batch_size=64, shuffle=True, drop_last=True):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(xb), yb)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for layer in (net.fc1, net.fc2, net.fc3):
                layer.weight.clamp_(-1, 1)
    scheduler.step()
    print(f"epoch {epoch} loss {loss.item():.4f} accuracy {accuracy():.3f}")

print("METRIC accuracy", accuracy())
