"""PPO (clipped, GAE, entropy bonus, minibatch epochs, linear lr decay) on 32 parallel pole-balancing envs."""

import math
import os
from dataclasses import dataclass

import torch
import torch.nn as nn
from torch.distributions import Categorical


@dataclass
class Config:
    n_envs: int = 32
    horizon: int = 64
    iters: int = 16
    epochs: int = 4
    minibatches: int = 4
    gamma: float = 0.99
    lam: float = 0.95
    clip: float = 0.2
    ent: float = 0.01
    vf: float = 0.5
    lr: float = 2.5e-3


cfg = Config()
torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def ortho(layer, gain):
    nn.init.orthogonal_(layer.weight, gain)
    nn.init.zeros_(layer.bias)
    return layer


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        g = math.sqrt(2)
        self.actor = nn.Sequential(
            ortho(nn.Linear(4, 64), g), nn.Tanh(), ortho(nn.Linear(64, 64), g), nn.Tanh(), ortho(nn.Linear(64, 2), 0.01)
        )
        self.critic = nn.Sequential(
            ortho(nn.Linear(4, 64), g), nn.Tanh(), ortho(nn.Linear(64, 64), g), nn.Tanh(), ortho(nn.Linear(64, 1), 1.0)
        )

    def forward(self, x):
        return Categorical(logits=self.actor(x)), self.critic(x).squeeze(-1)


def dynamics(s, a):
    x, xd, th, thd = s.unbind(-1)
    force = a.float() * 20 - 10
    cos, sin = torch.cos(th), torch.sin(th)
    temp = (force + 0.05 * thd.square() * sin) / 1.1
    thacc = (9.8 * sin - cos * temp) / (0.5 * (4.0 / 3.0 - 0.1 * cos.square() / 1.1))
    xacc = temp - 0.05 * thacc * cos / 1.1
    tau = 0.02
    return torch.stack([x + tau * xd, xd + tau * xacc, th + tau * thd, thd + tau * thacc], -1)


def fallen(s):
    return (s[:, 0].abs() > 2.4) | (s[:, 2].abs() > 0.2095)


def fresh(n):
    return torch.empty(n, 4).uniform_(-0.05, 0.05)


model = ActorCritic()
optim = torch.optim.Adam(model.parameters(), lr=cfg.lr, eps=1e-5)
sched = torch.optim.lr_scheduler.LinearLR(optim, 1.0, 0.05, total_iters=cfg.iters)
state = fresh(cfg.n_envs)
length = torch.zeros(cfg.n_envs)
finished = []

for it in range(cfg.iters):
    S, A, LP, R, D, V = [], [], [], [], [], []
    for _ in range(cfg.horizon):
        with torch.no_grad():
            dist, v = model(state)
        a = dist.sample()
        nxt = dynamics(state, a)
        done = fallen(nxt)
        length += 1
        timeout = length >= 200
        r = torch.ones(cfg.n_envs)
        with torch.no_grad():
            # bootstrap through time limits
            r = r + cfg.gamma * model(nxt)[1] * (timeout & ~done)
        S.append(state), A.append(a), LP.append(dist.log_prob(a)), R.append(r), V.append(v)
        end = done | timeout
        D.append(end.float())
        finished.extend(length[end].tolist())
        state = torch.where(end[:, None], fresh(cfg.n_envs), nxt)
        length = torch.where(end, torch.zeros_like(length), length)
    with torch.no_grad():
        last = model(state)[1]
    adv = torch.zeros(cfg.horizon, cfg.n_envs)
    gae = torch.zeros(cfg.n_envs)
    for t in reversed(range(cfg.horizon)):
        nv = last if t == cfg.horizon - 1 else V[t + 1]
        delta = R[t] + cfg.gamma * nv * (1 - D[t]) - V[t]
        gae = delta + cfg.gamma * cfg.lam * (1 - D[t]) * gae
        adv[t] = gae
    V = torch.stack(V)
    ret = (adv + V).flatten()
    S, A, LP, adv = torch.stack(S).flatten(0, 1), torch.stack(A).flatten(), torch.stack(LP).flatten(), adv.flatten()
    B = len(S)
    for _ in range(cfg.epochs):
        for mb in torch.randperm(B).chunk(cfg.minibatches):
            dist, v = model(S[mb])
            ratio = (dist.log_prob(A[mb]) - LP[mb]).exp()
            ad = adv[mb]
            ad = (ad - ad.mean()) / (ad.std() + 1e-8)
            pg = -torch.min(ratio * ad, ratio.clamp(1 - cfg.clip, 1 + cfg.clip) * ad).mean()
            vl = 0.5 * (v - ret[mb]).square().mean()
            loss = pg + cfg.vf * vl - cfg.ent * dist.entropy().mean()
            optim.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optim.step()
    sched.step()
    recent = sum(finished[-50:]) / max(1, len(finished[-50:]))
    print(f"iter {it:2d} loss {loss.item():8.4f} vloss {vl.item():8.3f} len {recent:.1f}")

s = fresh(64)
alive = torch.ones(64, dtype=torch.bool)
total = torch.zeros(64)
with torch.no_grad():
    for _ in range(200):
        s = dynamics(s, model(s)[0].probs.argmax(-1))
        alive = alive & ~fallen(s)
        total += alive
score = total.mean().item()
print(f"METRIC mean_length {score:.2f}")
print("METRIC good", float(score > 120))
