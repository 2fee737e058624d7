"""Soft actor-critic on a 2-D point that must reach the origin: three optimizers, twin critics, tuned temperature."""

import copy
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", 0))
torch.manual_seed(SEED)
np.random.seed(SEED)
OBS, ACT, HORIZON, NENV = 4, 2, 30, 8


class PointEnv:
    def __init__(self, n):
        self.n = n
        self.reset_all()

    def reset_all(self):
        self.p = np.random.uniform(-1, 1, (self.n, 2))
        self.v = np.zeros((self.n, 2))
        self.t = 0
        return self.obs()

    def obs(self):
        return torch.tensor(np.concatenate([self.p, self.v], 1), dtype=torch.float32)

    def step(self, a):
        self.v = 0.7 * self.v + 0.15 * a
        self.p = np.clip(self.p + self.v, -1.5, 1.5)
        self.t += 1
        r = -np.linalg.norm(self.p, axis=1) - 0.05 * (a**2).sum(1)
        return self.obs(), torch.tensor(r, dtype=torch.float32), self.t >= HORIZON


def mlp(i, o):
    return nn.Sequential(nn.Linear(i, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, o))


class Actor(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = mlp(OBS, 2 * ACT)

    def forward(self, o):
        mu, ls = self.net(o).chunk(2, -1)
        return mu, ls.clamp(-5, 1)

    def sample(self, o):
        mu, ls = self(o)
        d = torch.distributions.Normal(mu, ls.exp())
        u = d.rsample()
        logp = (d.log_prob(u) - 2 * (np.log(2) - u - F.softplus(-2 * u))).sum(-1)
        return torch.tanh(u), logp


actor, q1, q2 = Actor(), mlp(OBS + ACT, 1), mlp(OBS + ACT, 1)
t1, t2 = copy.deepcopy(q1).requires_grad_(False), copy.deepcopy(q2).requires_grad_(False)
log_alpha = torch.zeros(1, requires_grad=True)
opt_a = torch.optim.Adam(actor.parameters(), lr=1.5e-3)
opt_q = torch.optim.Adam([*q1.parameters(), *q2.parameters()], lr=1.5e-3)
opt_t = torch.optim.Adam([log_alpha], lr=5e-3)
GAMMA, TAU, TARGET_ENT = 0.95, 0.01, -float(ACT)


def evaluate(n=100):
    env = PointEnv(n)
    o, ret, done = env.obs(), 0.0, False
    while not done:
        with torch.no_grad():
            a = torch.tanh(actor(o)[0]).numpy()
        o, r, done = env.step(a)
        ret += r.mean().item()
    return ret, np.linalg.norm(env.p, axis=1).mean()


env, buf = PointEnv(NENV), []
o = env.obs()
print("before: return %.2f final distance %.3f" % evaluate())
store = {k: [] for k in "oarn"}
for it in range(1, 601):
    with torch.no_grad():
        a = actor.sample(o)[0] if it > 60 else torch.rand(NENV, ACT) * 2 - 1
    n, r, done = env.step(a.numpy())
    for k, v in zip("oarn", (o, a, r, n)):
        store[k].append(v)
    o = env.reset_all() if done else n
    if it < 60:
        continue
    j = torch.randint(len(store["o"]), (12,)).tolist()
    bo, ba, br, bn = (torch.cat([store[k][i] for i in j]) for k in "oarn")
    alpha = log_alpha.exp().detach()
    with torch.no_grad():
        na, nlp = actor.sample(bn)
        x = torch.cat([bn, na], 1)
        y = br + GAMMA * (torch.min(t1(x), t2(x)).squeeze(1) - alpha * nlp)
    x = torch.cat([bo, ba], 1)
    q_loss = F.mse_loss(q1(x).squeeze(1), y) + F.mse_loss(q2(x).squeeze(1), y)
    opt_q.zero_grad()
    q_loss.backward()
    opt_q.step()
    pa, lp = actor.sample(bo)
    x = torch.cat([bo, pa], 1)
    a_loss = (alpha * lp - torch.min(q1(x), q2(x)).squeeze(1)).mean()
    opt_a.zero_grad()
    a_loss.backward()
    opt_a.step()
    t_loss = -(log_alpha * (lp.detach() + TARGET_ENT)).mean()
    opt_t.zero_grad()
    t_loss.backward()
    opt_t.step()
    with torch.no_grad():
        for net, tgt in ((q1, t1), (q2, t2)):
            for p, tp in zip(net.parameters(), tgt.parameters()):
                tp.lerp_(p, TAU * 3)
    if it % 100 == 0:
        print(f"it {it} q {q_loss.item():.3f} actor {a_loss.item():.3f} alpha {alpha.item():.3f}")
print("METRIC final_distance", evaluate(200)[1])
