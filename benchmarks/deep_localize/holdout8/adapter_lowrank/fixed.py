"""Trains a base network, freezes it, and adapts it to rotated inputs by low-rank additions to its layers."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

DIM, CLASSES = 20, 5
centers = 1.3 * torch.randn(CLASSES, DIM)
rotation = torch.linalg.qr(torch.randn(DIM, DIM))[0]


def samples(n, rotated):
    y = torch.randint(0, CLASSES, (n,))
    x = centers[y] + torch.randn(n, DIM)
    return (x @ rotation if rotated else x), y


class LowRankLinear(nn.Module):
    """A frozen linear layer plus a trainable product of two thin matrices, which starts at 0."""

    def __init__(self, base, rank=6, alpha=12):
        super().__init__()
        self.base = base
        for p in self.base.parameters():
            p.requires_grad_(False)
        self.lora_a = nn.Parameter(torch.empty(rank, base.in_features))
        self.lora_b = nn.Parameter(torch.empty(base.out_features, rank))
        self.scaling = alpha / rank
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.normal_(self.lora_a, std=0.1)
        nn.init.zeros_(self.lora_b)

    def forward(self, x):
        return self.base(x) + self.scaling * F.linear(F.linear(x, self.lora_a), self.lora_b)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp = nn.Linear(DIM, 48)
        self.mid = nn.Linear(48, 48)
        self.out = nn.Linear(48, CLASSES)

    def forward(self, x):
        return self.out(F.gelu(self.mid(F.gelu(self.inp(x)))))


def fit(net, x, y, lr, epochs):
    params = [p for p in net.parameters() if p.requires_grad]
    print("trainable:", sum(p.numel() for p in params))
    optimizer = torch.optim.AdamW(params, lr=lr, weight_decay=0.01)
    for epoch in range(epochs):
        for idx in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(net(x[idx]), y[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    print("last loss", round(loss.item(), 4))


def score(net, x, y):
    with torch.no_grad():
        return (net(x).argmax(1) == y).float().mean().item()


net = Net()
fit(net, *samples(1000, rotated=False), lr=3e-3, epochs=6)
net.inp, net.mid = LowRankLinear(net.inp), LowRankLinear(net.mid)
for p in net.out.parameters():
    p.requires_grad_(False)
x_test, y_test = samples(500, rotated=True)
print("before adaptation", score(net, x_test, y_test))
fit(net, *samples(1500, rotated=True), lr=5e-3, epochs=14)
print("METRIC accuracy", score(net, x_test, y_test))
