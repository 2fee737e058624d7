"""Double DQN on a vectorised CartPole written in torch: replay buffer, target network, Huber loss."""

import copy
import math
import os
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
torch.set_num_threads(1)


class CartPole:
    def __init__(self, n, limit=200):
        self.n, self.limit = n, limit
        self.s = torch.zeros(n, 4)
        self.t = torch.zeros(n)
        self.reset(torch.ones(n, dtype=torch.bool))

    def reset(self, mask):
        self.s[mask] = (torch.rand(int(mask.sum()), 4) - 0.5) * 0.1
        self.t[mask] = 0
        return self.s.clone()

    def step(self, a):
        x, xd, th, thd = self.s.unbind(1)
        f = torch.where(a == 1, 10.0, -10.0)
        c, s = th.cos(), th.sin()
        tmp = (f + 0.05 * thd**2 * s) / 1.1
        tacc = (9.8 * s - c * tmp) / (0.5 * (4 / 3 - 0.1 * c**2 / 1.1))
        xacc = tmp - 0.05 * tacc * c / 1.1
        self.s = torch.stack([x + 0.02 * xd, xd + 0.02 * xacc, th + 0.02 * thd, thd + 0.02 * tacc], 1)
        self.t += 1
        fail = (self.s[:, 0].abs() > 2.4) | (self.s[:, 2].abs() > 12 * math.pi / 180)
        trunc = self.t >= self.limit
        return self.s.clone(), fail, trunc


class Replay:
    def __init__(self, cap):
        self.cap, self.i, self.full = cap, 0, False
        self.s = torch.zeros(cap, 4)
        self.s2 = torch.zeros(cap, 4)
        self.a = torch.zeros(cap, dtype=torch.long)
        self.r = torch.zeros(cap)
        self.d = torch.zeros(cap)

    def add(self, s, a, r, s2, d):
        idx = (torch.arange(len(s)) + self.i) % self.cap
        self.s[idx], self.a[idx], self.r[idx], self.s2[idx], self.d[idx] = s, a, r, s2, d
        self.full |= self.i + len(s) >= self.cap
        self.i = (self.i + len(s)) % self.cap

    def sample(self, b):
        j = torch.randint(0, self.cap if self.full else self.i, (b,))
        return self.s[j], self.a[j], self.r[j], self.s2[j], self.d[j]


q = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
target = copy.deepcopy(q).requires_grad_(False)
opt = torch.optim.Adam(q.parameters(), lr=1e-3)
env, buf = CartPole(8), Replay(20000)
gamma, updates = 0.99, 0
s = env.s.clone()


def evaluate(net, n=20):
    e = CartPole(n)
    alive, ret = torch.ones(n, dtype=torch.bool), torch.zeros(n)
    o = e.s.clone()
    with torch.no_grad():
        for _ in range(200):
            o, fail, _ = e.step(net(o).argmax(1))
            ret += alive
            alive &= ~fail
    return ret.mean().item()


best, best_state = 0.0, None
for step in range(2500):
    eps = max(0.05, 1 - step / 700)
    with torch.no_grad():
        a = q(s).argmax(1)
    rnd = torch.rand(env.n) < eps
    a = torch.where(rnd, torch.randint(0, 2, (env.n,)), a)
    s2, fail, trunc = env.step(a)
    buf.add(s, a, torch.ones(env.n), s2, fail.float())
    s = env.reset(fail | trunc)
    if step < 60:
        continue
    bs, ba, br, bs2, bd = buf.sample(128)
    with torch.no_grad():
        nxt = q(bs2).argmax(1, keepdim=True)
        y = br + gamma * (1 - bd) * target(bs2).gather(1, nxt).squeeze(1)
    pred = q(bs).gather(1, ba[:, None]).squeeze(1)
    loss = F.smooth_l1_loss(pred, y)
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(q.parameters(), 10.0)
    opt.step()
    updates += 1
    if updates % 100 == 0:
        target.load_state_dict(q.state_dict())
    if updates % 250 == 0:
        ret = evaluate(q)
        if ret > best:
            best, best_state = ret, copy.deepcopy(q.state_dict())
        print(f"step {step} loss {loss.item():.4f} q {pred.mean().item():.2f} eval {ret:.1f}")

q.load_state_dict(best_state)
final = evaluate(q, 50)
print("METRIC return", round(final, 2))
print("METRIC good", float(final > 120))
