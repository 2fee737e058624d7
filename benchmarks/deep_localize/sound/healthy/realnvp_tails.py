"""RealNVP with alternating masks and actnorm (data-dependent init) on a banana density; nll goes below zero because the
density is narrow."""

import math
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def sample(n):
    x = torch.randn(n) * 0.5
    y = x**2 + 0.02 * torch.randn(n)
    return torch.stack([x, y], 1)


class ActNorm(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.log_s = nn.Parameter(torch.zeros(d))
        self.b = nn.Parameter(torch.zeros(d))
        self.register_buffer("ready", torch.tensor(False))

    def forward(self, x):
        if not self.ready:
            with torch.no_grad():
                self.b.copy_(-x.mean(0))
                self.log_s.copy_(-x.std(0).clamp(min=1e-3).log())
                self.ready.fill_(True)
        return (x + self.b) * self.log_s.exp(), self.log_s.sum().expand(len(x))


class Coupling(nn.Module):
    def __init__(self, flip):
        super().__init__()
        self.flip = flip
        self.net = nn.Sequential(nn.Linear(1, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 2))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x):
        a, b = (x[:, 1:], x[:, :1]) if self.flip else (x[:, :1], x[:, 1:])
        s, t = self.net(a).chunk(2, 1)
        s = 2 * torch.tanh(s)
        b = b * s.exp() + t
        return torch.cat([b, a] if self.flip else [a, b], 1), s.squeeze(1)


class Flow(nn.Module):
    def __init__(self, depth=5):
        super().__init__()
        self.layers = nn.ModuleList()
        for i in range(depth):
            self.layers += [ActNorm(2), Coupling(i % 2 == 1)]

    def log_prob(self, x):
        ld = 0
        for l in self.layers:
            x, d = l(x)
            ld = ld + d
        return -0.5 * x.square().sum(1) - math.log(2 * math.pi) + ld


flow = Flow()
opt = torch.optim.Adam(flow.parameters(), lr=2e-3)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 500)
for it in range(500):
    loss = -flow.log_prob(sample(256)).mean()
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(flow.parameters(), 5.0)
    opt.step()
    sched.step()
    if it % 100 == 0:
        print(it, round(loss.item(), 4))
with torch.no_grad():
    nll = -flow.log_prob(sample(4000)).mean().item()
entropy = (1 + math.log(2 * math.pi)) + math.log(0.5) + math.log(0.02)
print("entropy", round(entropy, 3))
print("METRIC nll", round(nll, 4))
print("METRIC good", float(nll < entropy + 0.4))
