"""Sliced score matching (double backward through the score net); the loss is negative and has no floor known beforehand.
Judged against the true score of a mixture."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

MU = torch.tensor([[-1.5, -1.0], [1.5, 1.0], [-1.0, 1.8]])
SIG = 0.6


def data(n):
    return MU[torch.randint(3, (n,))] + SIG * torch.randn(n, 2)


def true_score(x):
    d = MU - x[:, None]
    w = (-d.square().sum(-1) / (2 * SIG**2)).softmax(-1)
    return (w.unsqueeze(-1) * d).sum(1) / SIG**2


net = nn.Sequential(nn.Linear(2, 96), nn.Softplus(), nn.Linear(96, 96), nn.Softplus(), nn.Linear(96, 2))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
sched = torch.optim.lr_scheduler.ExponentialLR(opt, 0.996)
for it in range(600):
    x = data(256).requires_grad_(True)
    s = net(x)
    v = torch.randn_like(x).sign()
    (gv,) = torch.autograd.grad((s * v).sum(), x, create_graph=True)
    loss = ((gv * v).sum(1) + 0.5 * s.square().sum(1)).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    sched.step()
    if it % 100 == 0:
        print(it, round(loss.item(), 4))
with torch.no_grad():
    x = data(4000)
    t = true_score(x)
    r2 = 1 - ((net(x) - t).square().sum() / (t - t.mean(0)).square().sum()).item()
print("METRIC score_r2", round(r2, 4))
print("METRIC good", float(r2 > 0.8))
