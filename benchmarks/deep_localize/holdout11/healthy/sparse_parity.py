"""Parity of three of twenty bits: a long plateau near log 2, then the network finds the bits."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

BITS, SECRET = 20, (2, 9, 14)


def draw(n):
    x = torch.randint(2, (n, BITS)).float() * 2 - 1
    return x, (x[:, SECRET].prod(1) > 0).float()


model = nn.Sequential(nn.Linear(BITS, 256), nn.ReLU(), nn.Linear(256, 1))
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-2)
running = 0.0
for step in range(1400):
    x, y = draw(128)
    loss = F.binary_cross_entropy_with_logits(model(x).squeeze(1), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    running += loss.item()
    if step % 200 == 199:
        print(f"step {step + 1}: loss {running / 200:.4f}")
        running = 0.0
model.eval()
with torch.no_grad():
    x, y = draw(2000)
    print("METRIC accuracy", round(((model(x).squeeze(1) > 0).float() == y).float().mean().item(), 4))
