"""MADE: masked autoencoder for distribution estimation on binary parity-checked strings; weights masked inside the layer, a fresh
ordering is fixed once. Likelihood in bits against the independent-bits answer."""

import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
K = 6  # free bits; the other six are copies, ands and xors of neighbours
D = 2 * K


def strings(n):
    b = (torch.rand(n, K) < torch.linspace(0.3, 0.7, K)).float()
    nb = b.roll(-1, 1)
    c = torch.stack(
        [
            b[:, 0] * nb[:, 0],
            (b[:, 1] + nb[:, 1]) % 2,
            1 - b[:, 2],
            b[:, 3] * nb[:, 3],
            (b[:, 4] + nb[:, 4]) % 2,
            b[:, 5],
        ],
        1,
    )
    flip = (torch.rand(n, K) < 0.02).float()
    return torch.cat([b, (c + flip) % 2], 1)


class MaskedLinear(nn.Linear):
    def __init__(self, i, o, mask):
        super().__init__(i, o)
        self.register_buffer("mask", mask.float())

    def forward(self, x):
        return F.linear(x, self.weight * self.mask, self.bias)


class MADE(nn.Module):
    def __init__(self, h=96):
        super().__init__()
        d_in = torch.arange(1, D + 1)
        d_h = torch.arange(h) % (D - 1) + 1
        self.l1 = MaskedLinear(D, h, d_h[:, None] >= d_in[None])
        self.l2 = MaskedLinear(h, h, d_h[:, None] >= d_h[None])
        self.l3 = MaskedLinear(h, D, d_in[:, None] > d_h[None])

    def forward(self, x):
        h = F.relu(self.l1(x))
        h = h + F.relu(self.l2(h))
        return self.l3(h)


def bits(model, x):
    return F.binary_cross_entropy_with_logits(model(x), x, reduction="none").sum(1).mean() / math.log(2)


model = MADE()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
train = strings(8000)
for ep in range(14):
    for xb in train[torch.randperm(len(train))].split(128):
        loss = bits(model, xb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    for g in opt.param_groups:
        g["lr"] *= 0.85
    if ep % 3 == 0:
        print(ep, round(loss.item(), 4))
model.eval()
with torch.no_grad():
    test = strings(4000)
    b = bits(model, test).item()
    p = train.mean(0)
    indep = -(test * p.log2() + (1 - test) * (1 - p).log2()).sum(1).mean().item()
print("independent bits", round(indep, 3))
print("METRIC bits", round(b, 4))
print("METRIC good", float(b < 0.7 * indep))
