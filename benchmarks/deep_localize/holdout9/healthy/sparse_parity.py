"""Parity of three among sixteen bits: the loss stands still at the level of guessing, then falls."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

BITS, SECRET, STEPS, WARMUP = 16, [2, 7, 11], 2500, 100


def draw(n):
    x = torch.randint(0, 2, (n, BITS)).float() * 2 - 1
    return x, (x[:, SECRET].prod(1) > 0).float()


model = nn.Sequential(nn.Linear(BITS, 96), nn.ReLU(), nn.Linear(96, 1))
optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-2)
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / WARMUP))
criterion = nn.BCEWithLogitsLoss()

for step in range(STEPS):
    x, y = draw(64)
    loss = criterion(model(x).squeeze(1), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    if step % 250 == 0:
        print(f"step {step}: {loss.item():.4f}")

x, y = draw(4000)
with torch.no_grad():
    print("METRIC accuracy", ((model(x).squeeze(1) > 0).float() == y).float().mean().item())
