"""A pretrained network is frozen and moved to a new task by low-rank adapters that start at zero."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

WIDTH, IN, CLASSES = 96, 20, 6
centres = torch.randn(CLASSES, IN)
turn = torch.linalg.qr(torch.randn(IN, IN))[0]


def draw(n, turned):
    y = torch.randint(CLASSES, (n,))
    x = centres[y] + 0.6 * torch.randn(n, IN)
    return (x @ turn if turned else x), y


class LoRALinear(nn.Module):
    def __init__(self, base, rank=8, alpha=16.0):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.a = nn.Parameter(torch.randn(rank, base.in_features) / base.in_features**0.5)
        self.b = nn.Parameter(torch.zeros(base.out_features, rank))
        self.scale = alpha / rank

    def forward(self, x):
        return self.base(x) + self.scale * F.linear(F.linear(x, self.a), self.b)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp = nn.Linear(IN, WIDTH)
        self.mid = nn.Linear(WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, CLASSES)

    def forward(self, x):
        return self.out(F.relu(self.mid(F.relu(self.inp(x)))))


def fit(model, turned, steps, lr):
    optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=lr)
    for step in range(steps):
        x, y = draw(64, turned)
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 150 == 0:
            print(f"  {step}: {loss.item():.4f}")


net = Net()
print("pretraining")
fit(net, False, 400, 2e-3)
net.requires_grad_(False)
net.inp, net.mid = LoRALinear(net.inp), LoRALinear(net.mid)
print("adapters,", sum(p.numel() for p in net.parameters() if p.requires_grad), "weights")
fit(net, True, 900, 3e-3)

x, y = draw(2000, True)
with torch.no_grad():
    print("METRIC accuracy", (net(x).argmax(1) == y).float().mean().item())
