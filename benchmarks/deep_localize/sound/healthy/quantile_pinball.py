"""Five quantiles at once with the pinball loss; quantiles are built as cumulative softplus so
that they never cross. Full batches with Rprop."""

import os

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
TAUS = torch.tensor([0.05, 0.25, 0.5, 0.75, 0.95])


def data(n):
    x = torch.rand(n, 1) * 6 - 3
    y = torch.sin(2 * x) + (0.1 + 0.4 * x.abs()) * torch.randn(n, 1)
    return x, y


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(1, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh())
        self.base = nn.Linear(40, 1)
        self.inc = nn.Linear(40, 4)

    def forward(self, x):
        h = self.trunk(x)
        b = self.base(h)
        return torch.cat([b, b + F.softplus(self.inc(h)).cumsum(1)], 1)


def pinball(q, y):
    e = y - q
    return torch.maximum(TAUS * e, (TAUS - 1) * e).mean()


x, y = data(3000)
net = QNet()
opt = torch.optim.Rprop(net.parameters(), lr=1e-3, step_sizes=(1e-7, 0.05))
for it in range(400):
    loss = pinball(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 50 == 0:
        print(it, loss.item())

xt, yt = data(5000)
with torch.no_grad():
    q = net(xt)
    cover = (yt <= q).float().mean(0)
    gain = 1 - pinball(q, yt) / pinball(torch.quantile(y, TAUS)[None], yt)
err = (cover - TAUS).abs().max().item()
print("coverage", cover.tolist(), "gain", gain.item())
print("METRIC coverage_error", err)
print("METRIC good", float(err < 0.06 and gain > 0.2))
