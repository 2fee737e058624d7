"""Curriculum: is a bracket string balanced? The strings get longer as soon as the net masters a
length, so the loss saws up and down and hardly falls overall."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def batch(b, n):
    """half balanced (random walk kept >= 0 and brought home), half broken by swapping a pair"""
    seq = torch.zeros(b, n)
    h = torch.zeros(b)
    for k in range(n):
        left = n - k
        up = torch.rand(b) < 0.5
        up = torch.where(h == 0, torch.ones_like(up), up)
        up = torch.where(h >= left, torch.zeros_like(up), up)
        step = up.float() * 2 - 1
        seq[:, k] = step
        h = h + step
    y = torch.ones(b)
    for i in range(b // 2):
        j = torch.randint(0, n, (1,)).item()
        seq[i, j] = -seq[i, j]  # one flipped bracket can never be balanced
        if torch.rand(1) < 0.5:
            k = (seq[i] == seq[i, j]).nonzero().flatten()
            k = k[torch.randint(0, len(k), (1,))]
            seq[i, k] = -seq[i, k]  # flip another back: the count fits again
        c = seq[i].cumsum(0)
        y[i] = float(c.min() >= 0 and c[-1] == 0)
    return seq.unsqueeze(-1), y


class Net(nn.Module):
    def __init__(self, h=32):
        super().__init__()
        self.rnn = nn.LSTM(1, h, batch_first=True)
        self.out = nn.Linear(h, 1)

    def forward(self, x):
        return self.out(self.rnn(x)[0][:, -1]).squeeze(-1)


net = Net()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
n, run = 4, 0.0
for it in range(700):
    x, y = batch(48, n)
    lg = net(x)
    loss = nn.functional.binary_cross_entropy_with_logits(lg, y)
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    opt.step()
    run = 0.9 * run + 0.1 * ((lg > 0) == (y > 0)).float().mean().item()
    if run > 0.95 and n < 14:
        n, run = n + 2, 0.5
        print(f"step {it}: length {n}")
net.eval()
with torch.no_grad():
    x, y = batch(800, 12)
    acc = ((net(x) > 0) == (y > 0)).float().mean().item()
print("reached length", n, "share positive", y.mean().item())
print("METRIC accuracy_len12", acc)
print("METRIC good", float(acc > 0.88))
