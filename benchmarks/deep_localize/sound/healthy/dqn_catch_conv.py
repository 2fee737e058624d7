"""DQN on a pixel 'catch' game with a small conv net. Reward only when the ball lands, Polyak target."""

import os

import numpy as np
import torch
from torch import nn

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)
rng = np.random.default_rng(seed)
torch.set_num_threads(1)

H, W, NENV = 8, 6, 16


class Catch:
    def __init__(self, n):
        self.n = n
        self.row = rng.integers(0, H - 1, n)
        self.col = rng.integers(0, W, n)
        self.pad = rng.integers(0, W, n)

    def obs(self):
        img = np.zeros((self.n, 1, H, W), dtype=np.uint8)
        i = np.arange(self.n)
        img[i, 0, self.row, self.col] = 255
        img[i, 0, H - 1, self.pad] = 255
        return img

    def step(self, act):
        self.pad = np.clip(self.pad + act - 1, 0, W - 1)
        self.row += 1
        done = self.row == H - 1
        rew = np.where(done, np.where(self.pad == self.col, 1.0, -1.0), 0.0)
        k = int(done.sum())
        obs2 = self.obs()
        self.row[done] = 0
        self.col[done] = rng.integers(0, W, k)
        self.pad[done] = rng.integers(0, W, k)
        return obs2, rew.astype(np.float32), done, self.obs()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU())
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(16 * H * W, 64), nn.ReLU())
        self.adv = nn.Linear(64, 3)
        self.val = nn.Linear(64, 1)

    def forward(self, x):
        x = x.float() / 255.0  # frames are stored as uint8
        h = self.head(self.conv(x))
        a = self.adv(h)
        return self.val(h) + a - a.mean(1, keepdim=True)


net, tgt = Net(), Net()
tgt.load_state_dict(net.state_dict())
for p in tgt.parameters():
    p.requires_grad = False
optimizer = torch.optim.RMSprop(net.parameters(), lr=7e-4, alpha=0.95, eps=1e-5)
mem = []
env = Catch(NENV)
o = env.obs()
wins = []
for it in range(900):
    eps = max(0.05, 1.0 - it / 350)
    with torch.no_grad():
        greedy = net(torch.from_numpy(o)).argmax(1).numpy()
    act = np.where(rng.random(NENV) < eps, rng.integers(0, 3, NENV), greedy)
    o2, r, d, nxt = env.step(act)
    for i in range(NENV):
        mem.append((o[i], act[i], r[i], o2[i], d[i]))
    mem = mem[-6000:]
    o = nxt
    if len(mem) < 500:
        continue
    idx = rng.integers(0, len(mem), 64)
    b = [mem[j] for j in idx]
    s = torch.from_numpy(np.stack([t[0] for t in b]))
    a = torch.tensor([int(t[1]) for t in b])
    rew = torch.tensor([float(t[2]) for t in b])
    s2 = torch.from_numpy(np.stack([t[3] for t in b]))
    done = torch.tensor([float(t[4]) for t in b])
    with torch.no_grad():
        y = rew + 0.95 * (1 - done) * tgt(s2).max(1).values
    loss = (net(s)[torch.arange(64), a] - y).pow(2).mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for p, tp in zip(net.parameters(), tgt.parameters()):
            tp.lerp_(p, 0.02)
    if it % 150 == 0:
        print(it, float(loss), eps)

test = Catch(64)
test.row[:] = 0
o = test.obs()
tot = cnt = 0
for _ in range((H - 1) * 4):
    with torch.no_grad():
        act = net(torch.from_numpy(o)).argmax(1).numpy()
    _, r, d, o = test.step(act)
    tot += (r[d] > 0).sum()
    cnt += d.sum()
rate = tot / cnt
print("METRIC catch_rate", round(float(rate), 4))
print("METRIC good", float(rate > 0.8))
