"""Learn the parity of four of twelve bits. There is a plateau at chance before it is found."""

import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

BITS, RELEVANT = 12, 4


def batch(n):
    bits = torch.randint(0, 2, (n, BITS))
    return bits.float() * 2 - 1, (bits[:, :RELEVANT].sum(1) % 2).float()


model = nn.Sequential(nn.Linear(BITS, 128), nn.ReLU(), nn.Linear(128, 1))
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for step in range(1, 1001):
    x, y = batch(128)
    loss = criterion(model(x).squeeze(1), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print(step, round(loss.item(), 4))

model.eval()
with torch.no_grad():
    x, y = batch(2000)
    print("METRIC accuracy", ((model(x).squeeze(1) > 0) == (y > 0.5)).float().mean().item())
