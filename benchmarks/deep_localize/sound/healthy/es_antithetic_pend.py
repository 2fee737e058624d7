"""Evolution strategies (antithetic, rank-shaped) on pendulum swing-up: parameters get their .grad by hand and Adam
takes the step. No backward pass at all."""

import math
import os

import torch
import torch.nn as nn
from torch.nn.utils import parameters_to_vector

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

policy = nn.Sequential(nn.Linear(3, 12), nn.Tanh(), nn.Linear(12, 1))
sizes = [p.shape for p in policy.parameters()]
opt = torch.optim.Adam(policy.parameters(), lr=0.05)
POP, SIGMA, T = 24, 0.15, 100


def unpack(theta):
    out, i = [], 0
    for s in sizes:
        n = math.prod(s)
        out.append(theta[:, i : i + n].view(-1, *s))
        i += n
    return out


def episode(theta, starts):
    """theta: (P, D); starts: (S, 2). All candidates see the same starts."""
    w1, b1, w2, b2 = unpack(theta)
    P, S = len(theta), len(starts)
    th = starts[:, 0].expand(P, S)
    om = starts[:, 1].expand(P, S)
    ret = torch.zeros(P, S)
    for _ in range(T):
        o = torch.stack([th.cos(), th.sin(), om / 4], -1)
        h = torch.tanh(torch.baddbmm(b1.unsqueeze(1), o, w1.transpose(1, 2)))
        u = 5 * torch.tanh(torch.baddbmm(b2.unsqueeze(1), h, w2.transpose(1, 2))).squeeze(-1)
        om = (om + 0.05 * (15 * th.sin() + 3 * u)).clamp(-8, 8)
        th = th + 0.05 * om
        a = (th + math.pi) % (2 * math.pi) - math.pi
        ret -= a**2 + 0.1 * om**2 + 0.001 * u**2
    return ret.mean(1) / T


def starts(n):
    return torch.stack([math.pi + 0.5 * torch.randn(n), 0.2 * torch.randn(n)], 1)


with torch.no_grad():
    ev = starts(32)
    base = episode(parameters_to_vector(policy.parameters()).unsqueeze(0), ev).item()
    for gen in range(220):
        theta = parameters_to_vector(policy.parameters())
        eps = torch.randn(POP, len(theta))
        cand = torch.cat([theta + SIGMA * eps, theta - SIGMA * eps])
        R = episode(cand, starts(4))
        rank = R.argsort().argsort().float() / (2 * POP - 1) - 0.5
        g = ((rank[:POP] - rank[POP:]).unsqueeze(1) * eps).sum(0) / (POP * SIGMA)
        i = 0
        for p in policy.parameters():
            n = p.numel()
            p.grad = -g[i : i + n].view_as(p)
            i += n
        opt.step()
        if gen % 40 == 0:
            print(f"gen {gen} mean return {R.mean().item():.3f}")
    final = episode(parameters_to_vector(policy.parameters()).unsqueeze(0), ev).item()
print("untrained", round(base, 3))
print("METRIC mean_reward", round(final, 4))
print("METRIC good", float(final > 0.45 * base))
