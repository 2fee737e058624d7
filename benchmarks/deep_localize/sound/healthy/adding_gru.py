"""The adding problem: sum the two marked numbers of a sequence. The loss sits at the
variance of the target (0.167) for a while before the GRU finds the marker."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

T = 24


def make_batch(b):
    vals = torch.rand(b, T)
    mark = torch.zeros(b, T)
    i = torch.randint(0, T // 2, (b,))
    j = torch.randint(T // 2, T, (b,))
    r = torch.arange(b)
    mark[r, i] = 1
    mark[r, j] = 1
    y = vals[r, i] + vals[r, j]
    return torch.stack([vals, mark], -1), y


class Adder(nn.Module):
    def __init__(self, h=32):
        super().__init__()
        self.rnn = nn.GRU(2, h, batch_first=True)
        self.out = nn.Linear(h, 1)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.out(h[-1]).squeeze(-1)


model = Adder()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for it in range(500):
    x, y = make_batch(64)
    loss = ((model(x) - y) ** 2).mean()
    opt.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    if it % 50 == 0:
        print(it, round(loss.item(), 4))

with torch.no_grad():
    x, y = make_batch(1000)
    mse = ((model(x) - y) ** 2).mean().item()
print("METRIC mse", mse)
print("METRIC good", float(mse < 0.05))
