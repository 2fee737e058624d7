"""Implicit Q-learning on a fixed offline data set from random walks in a grid with walls (sparse reward).
Expectile value regression + advantage-weighted behaviour cloning."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

G = 6
walls = {(1, 1), (1, 2), (1, 3), (3, 2), (3, 3), (3, 4), (4, 4)}
goal = (5, 5)
moves = [(0, 1), (1, 0), (0, -1), (-1, 0)]
nxt = torch.zeros(G * G, 4, dtype=torch.long)
for i in range(G):
    for j in range(G):
        for a, (di, dj) in enumerate(moves):
            u, v = i + di, j + dj
            ok = 0 <= u < G and 0 <= v < G and (u, v) not in walls
            nxt[i * G + j, a] = u * G + v if ok else i * G + j
GOAL = goal[0] * G + goal[1]
free = torch.tensor([i * G + j for i in range(G) for j in range(G) if (i, j) not in walls and (i, j) != goal])

# behaviour data: random policy from random starts, 20k transitions
s = free[torch.randint(len(free), (400,))]
S, A, R, S2, D = [], [], [], [], []
for t in range(50):
    a = torch.randint(0, 4, s.shape)
    s2 = nxt[s, a]
    done = s2 == GOAL
    S.append(s), A.append(a), S2.append(s2), D.append(done.float()), R.append(done.float())
    s = torch.where(done, free[torch.randint(len(free), s.shape)], s2)
S, A, R, S2, D = (torch.cat(x) for x in (S, A, R, S2, D))
print("transitions", len(S), "rewarded", int(R.sum()))


class Net(nn.Module):
    def __init__(self, out):
        super().__init__()
        self.emb = nn.Embedding(G * G, 32)
        self.net = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, out))

    def forward(self, s):
        return self.net(self.emb(s))


qf, vf, pi = Net(4), Net(1), Net(4)
qt = copy.deepcopy(qf).eval().requires_grad_(False)
oq = torch.optim.Adam(qf.parameters(), lr=3e-3)
ov = torch.optim.Adam(vf.parameters(), lr=3e-3)
op = torch.optim.Adam(pi.parameters(), lr=3e-3)
tau, gamma, beta = 0.9, 0.9, 10.0
for step in range(900):
    i = torch.randint(len(S), (256,))
    s, a, r, s2, d = S[i], A[i], R[i], S2[i], D[i]
    q_sa = qt(s).gather(1, a[:, None]).squeeze(1)
    v = vf(s).squeeze(1)
    diff = q_sa - v
    v_loss = (torch.where(diff > 0, tau, 1 - tau) * diff**2).mean()
    ov.zero_grad()
    v_loss.backward()
    ov.step()

    with torch.no_grad():
        y = r + gamma * (1 - d) * vf(s2).squeeze(1)
    q_loss = F.mse_loss(qf(s).gather(1, a[:, None]).squeeze(1), y)
    oq.zero_grad()
    q_loss.backward()
    oq.step()

    with torch.no_grad():
        w = (beta * (q_sa - vf(s).squeeze(1))).exp().clamp(max=50)
    p_loss = (w * F.cross_entropy(pi(s), a, reduction="none")).mean()
    op.zero_grad()
    p_loss.backward()
    op.step()
    with torch.no_grad():
        for p, t in zip(qf.parameters(), qt.parameters()):
            t.lerp_(p, 0.02)
    if step % 150 == 0:
        print(f"{step} v {v_loss.item():.5f} q {q_loss.item():.5f} pi {p_loss.item():.3f}")

with torch.no_grad():
    s = free.clone()
    reached = torch.zeros(len(s), dtype=torch.bool)
    for _ in range(14):
        s = torch.where(reached, s, nxt[s, pi(s).argmax(1)])
        reached |= s == GOAL
rate = reached.float().mean().item()
print("METRIC goal_rate", round(rate, 4))
print("METRIC good", float(rate > 0.85))
