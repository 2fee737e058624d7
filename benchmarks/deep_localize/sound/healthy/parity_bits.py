"""Sparse parity: 3 of 20 bits decide the label. Long plateau at ln 2, then a sharp drop."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

N_BITS, RELEVANT = 20, (2, 7, 13)


def batch(n):
    x = torch.randint(0, 2, (n, N_BITS)).float() * 2 - 1
    y = (x[:, list(RELEVANT)].prod(1) > 0).float()
    return x, y


net = nn.Sequential(nn.Linear(N_BITS, 128), nn.ReLU(), nn.Linear(128, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1, weight_decay=1e-4)

for step in range(4000):
    x, y = batch(128)
    loss = F.binary_cross_entropy_with_logits(net(x).squeeze(1), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 400 == 0:
        print(f"step {step} loss {loss.item():.4f}")

with torch.no_grad():
    x, y = batch(5000)
    acc = ((net(x).squeeze(1) > 0).float() == y).float().mean().item()
print("METRIC accuracy", acc)
print("METRIC good", float(acc > 0.95))
