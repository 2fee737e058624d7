"""Soft actor-critic (twin critics, squashed gaussian, learned temperature) driving a damped 2-D point mass to a goal."""

import copy
import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def mlp(i, o, h=64):
    return nn.Sequential(nn.Linear(i, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, o))


class Actor(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = mlp(6, 4)

    def forward(self, s):
        mu, log_std = self.body(s).chunk(2, -1)
        log_std = log_std.clamp(-5, 2)
        u = mu + log_std.exp() * torch.randn_like(mu)
        a = torch.tanh(u)
        logp = (-0.5 * ((u - mu) / log_std.exp()) ** 2 - log_std - 0.5 * math.log(2 * math.pi)).sum(-1)
        logp = logp - (2 * (math.log(2) - u - F.softplus(-2 * u))).sum(-1)
        return a, logp, torch.tanh(mu)


def start(n):
    return torch.cat([torch.rand(n, 2) * 2 - 1, torch.zeros(n, 2), torch.rand(n, 2) * 2 - 1], 1)


def step(s, a):
    p, v, g = s[:, :2], s[:, 2:4], s[:, 4:]
    v = 0.8 * v + 0.1 * a
    p = (p + v).clamp(-1.5, 1.5)
    r = -(p - g).norm(dim=1)
    return torch.cat([p, v, g], 1), r


actor = Actor()
q1, q2 = mlp(8, 1), mlp(8, 1)
q1t, q2t = copy.deepcopy(q1), copy.deepcopy(q2)
log_alpha = torch.tensor(-1.0, requires_grad=True)
opt_pi = torch.optim.Adam(actor.parameters(), lr=1e-3)
opt_q = torch.optim.Adam([*q1.parameters(), *q2.parameters()], lr=1e-3)
opt_alpha = torch.optim.Adam([log_alpha], lr=1e-3)
GAMMA, TAU, TARGET_ENT = 0.95, 0.01, -2.0

CAP = 20000
mem = torch.zeros(CAP, 6 + 2 + 1 + 6)
ptr = size = 0
NENV = 16
s = start(NENV)
age = torch.randint(0, 30, (NENV,))
for t in range(750):
    with torch.no_grad():
        a = actor(s)[0] if t > 40 else torch.rand(NENV, 2) * 2 - 1
        s2, r = step(s, a)
    idx = torch.arange(ptr, ptr + NENV) % CAP
    mem[idx] = torch.cat([s, a, r[:, None], s2], 1)
    ptr, size = (ptr + NENV) % CAP, min(size + NENV, CAP)
    age += 1
    over = age >= 30
    s = torch.where(over[:, None], start(NENV), s2)
    age[over] = 0
    if t < 40:
        continue
    b = mem[torch.randint(0, size, (128,))]
    bs, ba, br, bs2 = b[:, :6], b[:, 6:8], b[:, 8], b[:, 9:]
    alpha = log_alpha.exp().detach()
    with torch.no_grad():
        a2, lp2, _ = actor(bs2)
        x2 = torch.cat([bs2, a2], 1)
        y = br + GAMMA * (torch.min(q1t(x2), q2t(x2)).squeeze(1) - alpha * lp2)
    x = torch.cat([bs, ba], 1)
    q_loss = F.mse_loss(q1(x).squeeze(1), y) + F.mse_loss(q2(x).squeeze(1), y)
    opt_q.zero_grad()
    q_loss.backward()
    opt_q.step()

    for p in [*q1.parameters(), *q2.parameters()]:
        p.requires_grad_(False)
    a_new, lp, _ = actor(bs)
    xa = torch.cat([bs, a_new], 1)
    pi_loss = (alpha * lp - torch.min(q1(xa), q2(xa)).squeeze(1)).mean()
    opt_pi.zero_grad()
    pi_loss.backward()
    opt_pi.step()
    for p in [*q1.parameters(), *q2.parameters()]:
        p.requires_grad_(True)

    alpha_loss = -(log_alpha * (lp.detach() + TARGET_ENT)).mean()
    opt_alpha.zero_grad()
    alpha_loss.backward()
    opt_alpha.step()
    with torch.no_grad():
        for net, tgt in ((q1, q1t), (q2, q2t)):
            for p, pt in zip(net.parameters(), tgt.parameters()):
                pt.mul_(1 - TAU).add_(TAU * p)
    if t % 150 == 0:
        print(f"t {t} q_loss {q_loss.item():.4f} pi_loss {pi_loss.item():.3f} alpha {alpha.item():.3f}")

with torch.no_grad():
    s = start(200)
    d0 = (s[:, :2] - s[:, 4:]).norm(dim=1).mean()
    for _ in range(30):
        s, r = step(s, actor(s)[2])
    d = (-r).mean()
print("start distance", d0.item())
print("METRIC final_distance", round(d.item(), 4))
print("METRIC good", float(d < 0.25 * d0))
