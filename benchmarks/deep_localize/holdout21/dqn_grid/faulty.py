"""DQN on a 6x6 grid: -1 per step until the goal is reached; vectorised env with auto-reset."""

import copy
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", 0))
np.random.seed(SEED)
torch.manual_seed(SEED)
SIZE, GOAL = 6, (5, 2)
MOVES = np.array([[0, 1], [0, -1], [1, 0], [-1, 0]])


class VecGrid:
    def __init__(self, n):
        self.n = n
        self.pos = np.stack([self._start() for _ in range(n)])

    def _start(self):
        while True:
            p = np.random.randint(0, SIZE, 2)
            if tuple(p) != GOAL:
                return p

    def obs(self):
        o = np.zeros((self.n, 2 * SIZE), dtype="float32")
        o[np.arange(self.n), self.pos[:, 0]] = 1
        o[np.arange(self.n), SIZE + self.pos[:, 1]] = 1
        return o

    def step(self, actions):
        self.pos = np.clip(self.pos + MOVES[actions], 0, SIZE - 1)
        done = (self.pos == np.array(GOAL)).all(1)
        for i in np.flatnonzero(done):
            self.pos[i] = self._start()
        return self.obs(), np.full(self.n, -1.0, "float32"), done.astype("float32")


class Replay:
    def __init__(self, cap=20000):
        self.obs = np.zeros((cap, 2 * SIZE), "float32")
        self.nxt = np.zeros((cap, 2 * SIZE), "float32")
        self.act = np.zeros(cap, "int64")
        self.rew = np.zeros(cap, "float32")
        self.done = np.zeros(cap, "float32")
        self.cap, self.i, self.size = cap, 0, 0

    def push(self, o, a, r, n, d):
        k = (self.i + np.arange(len(a))) % self.cap
        self.obs[k], self.act[k], self.rew[k], self.nxt[k], self.done[k] = o, a, r, n, d
        self.i = (self.i + len(a)) % self.cap
        self.size = min(self.cap, self.size + len(a))

    def sample(self, k):
        j = np.random.randint(0, self.size, k)
        return [torch.from_numpy(c[j]) for c in (self.obs, self.act, self.rew, self.nxt, self.done)]


class Agent:
    def __init__(self, gamma=0.95, lr=1e-3):
        self.q = nn.Sequential(nn.Linear(2 * SIZE, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 4))
        self.target = copy.deepcopy(self.q).requires_grad_(False)
        self.opt = torch.optim.Adam(self.q.parameters(), lr=lr)
        self.gamma = gamma

    def act(self, obs, eps):
        with torch.no_grad():
            a = self.q(torch.from_numpy(obs)).argmax(1).numpy()
        rnd = np.random.rand(len(a)) < eps
        return np.where(rnd, np.random.randint(0, 4, len(a)), a)

    def learn(self, batch):
        obs, act, rew, nxt, done = batch
        q_sa = self.q(obs).gather(1, act.unsqueeze(1)).squeeze(1)
        with torch.no_grad():
            next_q = self.target(nxt).max(1).values
            td_target = rew + self.gamma * next_q
        loss = F.smooth_l1_loss(q_sa, td_target)
        self.opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.q.parameters(), 10.0)
        self.opt.step()
        return loss.item()


def evaluate(agent, episodes=64, limit=40):
    lengths = []
    env = VecGrid(episodes)
    obs, alive = env.obs(), np.ones(episodes, bool)
    steps = np.full(episodes, limit)
    for t in range(limit):
        obs, _, done = env.step(agent.act(obs, 0.0))
        steps[alive & (done > 0)] = t + 1
        alive &= done == 0
    return steps.mean()


env, agent, buf = VecGrid(16), Agent(), Replay()
obs, losses = env.obs(), []
STEPS = 1600
for it in range(1, STEPS + 1):
    eps = max(0.1, 1.0 - it / 600)
    a = agent.act(obs, eps)
    nxt, r, d = env.step(a)
    buf.push(obs, a, r, nxt, d)
    obs = nxt
    if buf.size >= 500:
        losses.append(agent.learn(buf.sample(64)))
    if it % 100 == 0:
        agent.target.load_state_dict(agent.q.state_dict())
    if it % 400 == 0:
        print(f"step {it} eps {eps:.2f} td loss {np.mean(losses[-400:]):.4f} mean steps to goal {evaluate(agent):.2f}")

print("METRIC mean_steps", evaluate(agent, 256))
