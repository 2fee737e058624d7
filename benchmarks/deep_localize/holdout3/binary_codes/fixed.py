"""Semantic hashing: digits through an 8-bit code."""

import os
import random

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))


def set_seed(seed):
    random.seed(seed)
    torch.manual_seed(seed)


class HashNet(nn.Module):
    def __init__(self, bits=8):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, bits))
        self.decoder = nn.Linear(bits, 10)

    def forward(self, x):
        h = torch.tanh(self.encoder(x))
        code = torch.where(h > 0, 1.0, -1.0)
        code = h + (code - h).detach()
        return self.decoder(code)


def main():
    set_seed(SEED)
    digits = load_digits()
    x = torch.as_tensor(digits.data, dtype=torch.float32).div(16).sub(0.3)
    y = torch.as_tensor(digits.target)
    order = torch.randperm(len(x))
    tr, te = order[:1400], order[1400:]
    net = HashNet()
    opt = torch.optim.Adam(net.parameters(), lr=3e-3)
    for epoch in range(12):
        total = 0
        for b in tr[torch.randperm(len(tr))].chunk(35):
            loss = F.cross_entropy(net(x[b]), y[b])
            opt.zero_grad(set_to_none=True)
            loss.backward()
            opt.step()
            total += loss.item()
        print(f"epoch {epoch} loss {total / 35:.4f}")
    with torch.no_grad():
        acc = (net(x[te]).argmax(1) == y[te]).float().mean()
    print("METRIC accuracy", acc.item())


main()
