# sanity check before the real training: can it overfit 30 samples?
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x = torch.randn(30, 1, 12, 12)
y = torch.arange(30) % 5

net = nn.Sequential(
    nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * 25, 64), nn.ReLU(), nn.Linear(64, 5)
)
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for step in range(300):
    opt.zero_grad()
    out = net(x)
    loss = nn.functional.cross_entropy(out, y)
    loss.backward()
    opt.step()
    if step % 50 == 0:
        print(step, loss.item(), (out.argmax(1) == y).float().mean().item())
print("METRIC train_accuracy", (net(x).argmax(1) == y).float().mean().item())
