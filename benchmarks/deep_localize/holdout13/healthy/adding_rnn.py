"""The adding problem: an LSTM sums the two marked numbers of a sequence."""

import argparse
import os

import torch
import torch.nn as nn

parser = argparse.ArgumentParser()
parser.add_argument("--length", type=int, default=16)
parser.add_argument("--hidden", type=int, default=32)
parser.add_argument("--steps", type=int, default=700)
parser.add_argument("--clip", type=float, default=1.0)
args = parser.parse_args()

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def batch(n):
    numbers = torch.rand(n, args.length)
    marks = torch.zeros(n, args.length)
    places = torch.rand(n, args.length).topk(2, dim=1).indices
    marks.scatter_(1, places, 1.0)
    return torch.stack([numbers - 0.5, marks], -1), (numbers * marks).sum(1)


class Adder(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, args.hidden, batch_first=True)
        self.readout = nn.Linear(args.hidden, 1)
        with torch.no_grad():
            # open forget gate at the start
            self.lstm.bias_hh_l0[args.hidden : 2 * args.hidden].fill_(1.0)

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        return self.readout(h[-1]).squeeze(1)


model = Adder()
optimizer = torch.optim.Adam(model.parameters(), lr=8e-3)
for step in range(args.steps):
    x, y = batch(64)
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), args.clip)
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step} mse {loss.item():.4f}")

model.eval()
with torch.no_grad():
    x, y = batch(1000)
    mse = nn.functional.mse_loss(model(x), y).item()
print(f"METRIC mse {mse:.5f}")
