"""Adds two numbers digit by digit; numbers grow longer, so the loss rises whenever they do."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def batch(digits, n=64):
    a, b = torch.randint(10, (2, n, digits))
    carry, total = torch.zeros(n, dtype=torch.long), []
    for i in range(digits):
        s = a[:, i] + b[:, i] + carry
        total.append(s % 10)
        carry = s // 10
    return torch.stack([a, b], -1), torch.stack(total, 1)


class Adder(nn.Module):
    def __init__(self, hidden=48):
        super().__init__()
        self.digit = nn.Embedding(10, 16)
        self.gru = nn.GRU(32, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 10)

    def forward(self, pairs):
        return self.out(self.gru(self.digit(pairs).flatten(2))[0])


model = Adder()
optimizer = torch.optim.Adam(model.parameters(), lr=6e-3)
digits, step, streak = 1, 0, 0
while step < 700:
    pairs, total = batch(digits)
    logits = model(pairs)
    loss = F.cross_entropy(logits.reshape(-1, 10), total.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    step += 1
    streak = streak + 1 if (logits.argmax(-1) == total).float().mean() > 0.95 else 0
    if streak >= 5 and digits < 8:
        digits, streak = digits + 1, 0
        print(f"step {step}: now {digits} digits")

with torch.no_grad():
    pairs, total = batch(8, 500)
    print("METRIC digit_accuracy", (model(pairs).argmax(-1) == total).float().mean().item())
