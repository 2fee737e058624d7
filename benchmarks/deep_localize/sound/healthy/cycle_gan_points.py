"""CycleGAN on two point clouds without pairs: two generators, two LSGAN discriminators, history pool, cycle + identity terms,
two optimizers with itertools.chain."""

import itertools
import math
import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def cloud_a(n):
    """three blobs in a row"""
    c = torch.tensor([[-1.5, 0.0], [0.0, 0.0], [1.5, 0.0]])
    return c[torch.randint(3, (n,))] + 0.2 * torch.randn(n, 2)


ROT = torch.tensor([[math.cos(0.6), -math.sin(0.6)], [math.sin(0.6), math.cos(0.6)]])


def cloud_b(n):
    """the same kind of thing, turned and moved"""
    return cloud_a(n) @ ROT.T + torch.tensor([0.8, -0.6])


class Gen(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(2, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 2))

    def forward(self, x):
        return x + self.f(x)


def disc():
    return nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))


class Pool:
    def __init__(self, size=1024):
        self.items, self.size = torch.empty(0, 2), size

    def __call__(self, x):
        self.items = torch.cat([self.items, x.detach()])[-self.size :]
        old = self.items[torch.randint(len(self.items), (len(x),))]
        return torch.where(torch.rand(len(x), 1) < 0.5, x.detach(), old)


gab, gba, da, db = Gen(), Gen(), disc(), disc()
og = torch.optim.Adam(itertools.chain(gab.parameters(), gba.parameters()), lr=1e-3, betas=(0.5, 0.999))
od = torch.optim.Adam(itertools.chain(da.parameters(), db.parameters()), lr=1e-3, betas=(0.5, 0.999))
pa, pb = Pool(), Pool()
mse, l1 = nn.MSELoss(), nn.L1Loss()
one, zero = torch.ones(128, 1), torch.zeros(128, 1)
N = 500
decay = lambda i: 1.0 if i < N // 2 else 2 * (1 - i / N)
so, sd = (torch.optim.lr_scheduler.LambdaLR(o, decay) for o in (og, od))
for it in range(N):
    a, b = cloud_a(128), cloud_b(128)
    for p in itertools.chain(da.parameters(), db.parameters()):
        p.requires_grad = False
    fb, fa = gab(a), gba(b)
    adv = mse(db(fb), one) + mse(da(fa), one)
    cyc = l1(gba(fb), a) + l1(gab(fa), b)
    idt = l1(gab(b), b) + l1(gba(a), a)
    lg = adv + 3 * cyc + 0.2 * idt
    og.zero_grad()
    lg.backward()
    og.step()
    for p in itertools.chain(da.parameters(), db.parameters()):
        p.requires_grad = True
    ld = 0.5 * (mse(da(a), one) + mse(da(pa(fa)), zero) + mse(db(b), one) + mse(db(pb(fb)), zero))
    od.zero_grad()
    ld.backward()
    od.step()
    so.step(), sd.step()
    if it % 100 == 0:
        print(f"{it} gen {lg.item():.3f} (adv {adv.item():.3f} cyc {cyc.item():.3f}) disc {ld.item():.3f}")


def energy_distance(x, y):
    return (2 * torch.cdist(x, y).mean() - torch.cdist(x, x).mean() - torch.cdist(y, y).mean()).item()


with torch.no_grad():
    a, b = cloud_a(1500), cloud_b(1500)
    before, after = energy_distance(a, b), energy_distance(gab(a), b)
    back = (gba(gab(a)) - a).norm(dim=1).mean().item()
print("before", round(before, 4), "cycle error", round(back, 4))
print("METRIC energy_distance", round(after, 4))
print("METRIC good", float(after < 0.25 * before and back < 0.3))
