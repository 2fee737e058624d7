# the two spirals problem with a plain net and full-batch steps
import math
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

n = 400
t = torch.linspace(0.5, 2.0, n) * 2 * math.pi
first = torch.stack([t * torch.cos(t), t * torch.sin(t)], 1) / (4 * math.pi)
X = torch.cat([first, -first]) + 0.01 * torch.randn(2 * n, 2)
y = torch.cat([torch.zeros(n), torch.ones(n)])

net = nn.Sequential(nn.Linear(2, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
bce = nn.BCEWithLogitsLoss()
for step in range(600):
    opt.zero_grad()
    out = net(X).squeeze(1)
    loss = bce(out, y)
    loss.backward()
    opt.step()
    if step % 50 == 0:
        print(step, loss.item())
print("METRIC accuracy", ((net(X).squeeze(1) > 0).float() == y).float().mean().item())
