"""The adding problem with a time-major LSTM: a long plateau at the variance, then it is learned."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

LENGTH, BATCH = 20, 64


def batch(n):
    """length x n x 2: numbers and marks; the target is the sum of the two marked numbers."""
    values = torch.rand(LENGTH, n)
    marks = torch.zeros(LENGTH, n)
    first = torch.randint(LENGTH // 2, (n,))
    second = torch.randint(LENGTH // 2, LENGTH, (n,))
    cols = torch.arange(n)
    marks[first, cols] = 1
    marks[second, cols] = 1
    return torch.stack([values, marks], dim=-1), values[first, cols] + values[second, cols]


class Adder(nn.Module):
    def __init__(self, hidden=40):
        super().__init__()
        self.lstm = nn.LSTM(2, hidden)
        self.out = nn.Linear(hidden, 1)
        # remember by default
        with torch.no_grad():
            self.lstm.bias_hh_l0.zero_()
            self.lstm.bias_ih_l0.zero_()
            self.lstm.bias_ih_l0[hidden : 2 * hidden] = 1.0

    def forward(self, x):
        h, _ = self.lstm(x)
        return self.out(h[-1]).squeeze(-1)


model = Adder()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
x_val, y_val = batch(1000)


def val_r2():
    with torch.no_grad():
        return (1 - (model(x_val) - y_val).square().mean() / y_val.var()).item()


STEPS = 650
for step in range(1, STEPS + 1):
    x, y = batch(BATCH)
    loss = (model(x) - y).square().mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 50 == 0:
        print(f"step {step} mse {loss.item():.4f} r2 {val_r2():.3f}")

print("METRIC r2", val_r2())
