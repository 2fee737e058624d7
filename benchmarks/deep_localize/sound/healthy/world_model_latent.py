"""World model: rounds of (1) play with the present policy plus noise, (2) fit an encoder and latent dynamics by a
multi-step rollout loss, (3) freeze them and train a policy by backpropagating reward through imagined rollouts. Three optimizers."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
OBS, Z = 12, 8
MIX = 0.6 * torch.randn(4, OBS)  # the agent sees mixed-up sensors


def env_step(s, a):
    p, v = s[:, :2], s[:, 2:]
    v = 0.9 * v + 0.15 * a - 0.03 * p
    p = p + 0.3 * v
    return torch.cat([p, v], 1), torch.exp(-2 * ((p - torch.tensor([0.7, -0.4])) ** 2).sum(1))


def observe(s):
    return torch.tanh(s @ MIX) + 0.01 * torch.randn(len(s), OBS)


def reset(n):
    return torch.cat([torch.rand(n, 2) * 2 - 1, 0.1 * torch.randn(n, 2)], 1)


class World(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(OBS, 64), nn.ELU(), nn.Linear(64, Z), nn.Tanh())
        self.dyn = nn.Sequential(nn.Linear(Z + 2, 64), nn.ELU(), nn.Linear(64, Z))
        self.dec = nn.Sequential(nn.Linear(Z, 64), nn.ELU(), nn.Linear(64, OBS))
        self.rew = nn.Sequential(nn.Linear(Z, 64), nn.ELU(), nn.Linear(64, 1), nn.Sigmoid())

    def step(self, z, a):
        return torch.tanh(z + self.dyn(torch.cat([z, a], -1)))


wm = World()
wopt = torch.optim.Adam(wm.parameters(), lr=2e-3)
actor = nn.Sequential(nn.Linear(Z, 64), nn.ELU(), nn.Linear(64, 2))
value = nn.Sequential(nn.Linear(Z, 64), nn.ELU(), nn.Linear(64, 1))
aopt = torch.optim.Adam(actor.parameters(), lr=1e-3)
vopt = torch.optim.Adam(value.parameters(), lr=2e-3)
H, T, gamma = 8, 30, 0.9


@torch.no_grad()
def play(n, noise):
    s, e = reset(n), torch.zeros(n, 2)
    O, A, R = [observe(s)], [], []
    for t in range(T):
        e = 0.8 * e + 0.6 * noise * torch.randn(n, 2)
        mean = torch.tanh(actor(wm.enc(O[-1]))) if noise < 1 else 0.0
        a = (mean + e).clamp(-1, 1)
        s, r = env_step(s, a)
        O.append(observe(s)), A.append(a), R.append(r)
    return torch.stack(O, 1), torch.stack(A, 1), torch.stack(R, 1)


O, A, R = play(128, 1.0)
for rnd in range(4):
    if rnd:
        O, A, R = (torch.cat(p) for p in zip((O, A, R), play(128, 0.5)))
    N = len(O)
    wm.requires_grad_(True)
    for it in range(120):
        i = torch.randint(N, (64,))
        t = torch.randint(0, T - H + 1, (64,))
        z = wm.enc(O[i, t])
        loss = F.mse_loss(wm.dec(z), O[i, t])
        for k in range(H):
            z = wm.step(z, A[i, t + k])
            loss = loss + F.mse_loss(wm.dec(z), O[i, t + k + 1]) + 5 * F.mse_loss(wm.rew(z).squeeze(1), R[i, t + k])
        loss = loss / H
        wopt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(wm.parameters(), 10)
        wopt.step()
    wm.requires_grad_(False)
    for it in range(90):
        z = wm.enc(O[torch.randint(N, (64,)), torch.randint(0, T, (64,))])
        zs, rs = [z], []
        for k in range(H):
            z = wm.step(z, torch.tanh(actor(z)))
            zs.append(z)
            rs.append(wm.rew(z).squeeze(1))
        g = value(z).squeeze(1)
        rets = []
        for r in reversed(rs):
            g = r + gamma * g
            rets.append(g)
        rets = torch.stack(rets[::-1])
        aloss = -rets.mean()
        aopt.zero_grad()
        aloss.backward()
        nn.utils.clip_grad_norm_(actor.parameters(), 1.0)
        aopt.step()
        vloss = F.mse_loss(value(torch.stack(zs[:-1]).detach()).squeeze(-1), rets.detach())
        vopt.zero_grad()  # also clears what the actor loss left there
        vloss.backward()
        vopt.step()
    print(
        f"round {rnd} world {loss.item():.5f} actor {aloss.item():.3f} value {vloss.item():.4f} real {R[-128:].mean().item():.3f}"
    )

with torch.no_grad():
    s = reset(300)
    tot, rnd, s2 = 0.0, 0.0, s.clone()
    for t in range(30):
        s, r = env_step(s, torch.tanh(actor(wm.enc(observe(s)))))
        s2, r2 = env_step(s2, torch.rand(300, 2) * 2 - 1)
        tot += r.mean().item() / 30
        rnd += r2.mean().item() / 30
print("random play", round(rnd, 4))
print("METRIC mean_reward", round(tot, 4))
print("METRIC good", float(tot > 0.5 and tot > 2 * rnd))
