"""Poisson regression of counts with an exposure offset; zero-inflated part with a gate.
The Poisson loss without the factorial term is negative most of the time."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

n = 6000
x = torch.randn(n, 6)
region = torch.randint(0, 8, (n,))
reg_eff = torch.randn(8) * 0.4
exposure = torch.exp(torch.randn(n) * 0.5 + 3)  # person-years
log_rate = -1.0 + 0.5 * x[:, 0] - 0.4 * x[:, 1] * (x[:, 2] > 0) + reg_eff[region]
y = torch.poisson(exposure * log_rate.exp())
print("mean count", y.mean().item(), "max", y.max().item())


class CountNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(8, 3)
        self.net = nn.Sequential(nn.Linear(9, 48), nn.GELU(), nn.Linear(48, 1))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.constant_(self.net[-1].bias, -1.0)

    def forward(self, x, r, expo):
        z = torch.cat([x, self.emb(r)], 1)
        return self.net(z).squeeze(1) + expo.log()


m = CountNet()
opt = torch.optim.NAdam(m.parameters(), lr=2e-3)
crit = nn.PoissonNLLLoss(log_input=True)
ntr = 5000
for ep in range(20):
    for idx in torch.randperm(ntr).split(64):
        loss = crit(m(x[idx], region[idx], exposure[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(m.parameters(), 1.0)
        opt.step()
    if ep % 4 == 0:
        print(ep, loss.item())


def deviance(mu, y):
    return 2 * (torch.xlogy(y, y / mu) - (y - mu)).mean()


with torch.no_grad():
    te = slice(ntr, n)
    mu = m(x[te], region[te], exposure[te]).exp()
    null = exposure[te] * (y[:ntr].sum() / exposure[:ntr].sum())
    d2 = 1 - deviance(mu, y[te]) / deviance(null, y[te])
print("METRIC d2", d2.item())
print("METRIC good", float(d2 > 0.6))
