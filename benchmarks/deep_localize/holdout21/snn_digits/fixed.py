"""Spiking network (LIF neurons, surrogate gradient) on the 8x8 digits."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(int(os.environ.get("SEED", 0)))
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16.0, dtype=torch.float32), torch.tensor(y)
perm = torch.randperm(len(X))
X, y = X[perm], y[perm]
X_train, y_train, X_test, y_test = X[:1300], y[:1300], X[1300:], y[1300:]


class FastSigmoidSpike(torch.autograd.Function):
    scale = 10.0

    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return (v > 0).float()

    @staticmethod
    def backward(ctx, grad_output):
        (v,) = ctx.saved_tensors
        surrogate = 1.0 / (FastSigmoidSpike.scale * v.abs() + 1.0) ** 2
        return grad_output * surrogate


spike = FastSigmoidSpike.apply


class LIFLayer(nn.Module):
    def __init__(self, n_in, n_out, beta=0.85):
        super().__init__()
        self.fc = nn.Linear(n_in, n_out)
        self.beta = beta

    def forward(self, s, mem):
        mem = self.beta * mem + self.fc(s)
        out = spike(mem - 1.0)
        return out, mem - out.detach()


class SNN(nn.Module):
    def __init__(self, hidden=80, steps=6):
        super().__init__()
        self.l1, self.l2 = LIFLayer(64, hidden), LIFLayer(hidden, hidden)
        self.readout = nn.Linear(hidden, 10)
        self.steps, self.hidden = steps, hidden

    def forward(self, x):
        m1 = m2 = x.new_zeros(len(x), self.hidden)
        acc = 0.0
        for _ in range(self.steps):
            s1, m1 = self.l1(x, m1)
            s2, m2 = self.l2(s1, m2)
            acc = acc + self.readout(s2)
        return acc / self.steps


net = SNN()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(9):
    total = 0.0
    for idx in torch.randperm(len(X_train)).split(50):
        loss = F.cross_entropy(net(X_train[idx]), y_train[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(idx)
    with torch.no_grad():
        acc = (net(X_test).argmax(1) == y_test).float().mean().item()
    print(f"epoch {epoch} loss {total / len(X_train):.4f} test accuracy {acc:.3f}")
print("METRIC accuracy", acc)
