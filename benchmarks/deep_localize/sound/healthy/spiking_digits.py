"""Leaky integrate-and-fire network on the digits: step function forward, surrogate gradient
backward (custom autograd function). Most units are silent most of the time."""

import os

import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class Spike(torch.autograd.Function):
    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return (v > 0).to(v.dtype)

    @staticmethod
    def backward(ctx, g):
        (v,) = ctx.saved_tensors
        return g / (1 + 5 * v.abs()) ** 2


class SNN(nn.Module):
    def __init__(self, hidden=96, steps=10):
        super().__init__()
        self.w1 = nn.Linear(64, hidden, bias=False)
        self.w2 = nn.Linear(hidden, 10, bias=False)
        nn.init.normal_(self.w1.weight, std=0.35)
        nn.init.normal_(self.w2.weight, std=0.1)
        self.beta = 0.85
        self.steps = steps

    def forward(self, x):
        v = x.new_zeros(len(x), self.w1.out_features)
        u = x.new_zeros(len(x), 10)
        out, rate = 0, 0
        for _ in range(self.steps):
            inp = torch.bernoulli(x)  # rate code
            v = self.beta * v + self.w1(inp)
            s = Spike.apply(v - 1.0)
            v = v - s.detach()  # reset by subtraction, no gradient
            u = 0.9 * u + self.w2(s)
            out, rate = out + u, rate + s.mean()
        return out / self.steps, rate / self.steps


X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16).float(), torch.tensor(y)
p = torch.randperm(len(X))
tr, te = p[:1400], p[1400:]
net = SNN()
opt = torch.optim.Adamax(net.parameters(), lr=4e-3)
for ep in range(14):
    for idx in tr[torch.randperm(1400)].split(50):
        o, r = net(X[idx])
        loss = nn.functional.cross_entropy(o, y[idx]) + 0.5 * (r - 0.1) ** 2
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(ep, round(loss.item(), 3), "rate", round(r.item(), 3))
with torch.no_grad():
    acc = (net(X[te])[0].argmax(1) == y[te]).float().mean().item()
print("METRIC test_accuracy", acc)
print("METRIC good", float(acc > 0.85))
