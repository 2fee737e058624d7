"""DQN on a 5x5 grid with pits; one-hot states, Huber loss, a hard target update."""

import os
import random
from collections import deque, namedtuple

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

SIZE = 5
GOAL, PITS = (4, 4), {(1, 1), (3, 1), (2, 3)}
STARTS = [(r, c) for r in range(5) for c in range(5) if (r, c) != GOAL and (r, c) not in PITS]
MOVES = [(-1, 0), (1, 0), (0, -1), (0, 1)]
GAMMA = 0.95
Transition = namedtuple("Transition", "state action reward next_state done")


class Grid:
    def reset(self):
        self.pos, self.t = random.choice(STARTS), 0
        return self.index()

    def index(self):
        return self.pos[0] * SIZE + self.pos[1]

    def step(self, action):
        if random.random() < 0.05:
            action = random.randrange(4)
        dr, dc = MOVES[action]
        self.pos = (min(max(self.pos[0] + dr, 0), SIZE - 1), min(max(self.pos[1] + dc, 0), SIZE - 1))
        self.t += 1
        if self.pos == GOAL:
            return self.index(), 1.0, True, False
        if self.pos in PITS:
            return self.index(), -1.0, True, False
        return self.index(), -0.02, False, self.t >= 50


def make_net():
    return nn.Sequential(
        nn.Embedding.from_pretrained(torch.eye(SIZE * SIZE)), nn.Linear(SIZE * SIZE, 64), nn.ReLU(), nn.Linear(64, 4)
    )


online, target = make_net(), make_net()
target.load_state_dict(online.state_dict())
target.requires_grad_(False)
optimizer = torch.optim.Adam((p for p in online.parameters() if p.requires_grad), lr=2e-3)
loss_fn = nn.SmoothL1Loss()
buffer = deque(maxlen=5000)


def greedy(state):
    with torch.no_grad():
        return int(online(torch.tensor([state])).argmax())


def play(env, episodes):
    total = 0.0
    for _ in range(episodes):
        s, over = env.reset(), False
        while not over:
            s, r, done, cut = env.step(greedy(s))
            total += r
            over = done or cut
    return total / episodes


env = Grid()
s = env.reset()
for step in range(1, 8001):
    epsilon = max(0.1, 1.0 - step / 5000)
    a = random.randrange(4) if random.random() < epsilon else greedy(s)
    s2, r, done, cut = env.step(a)
    buffer.append(Transition(s, a, r, s2, done))
    s = env.reset() if done or cut else s2
    if step > 500 and step % 3 == 0:
        batch = Transition(*zip(*random.sample(buffer, 64)))
        q = online(torch.tensor(batch.state)).gather(1, torch.tensor(batch.action)[:, None]).squeeze(1)
        alive = 1.0 - torch.tensor(batch.done, dtype=torch.float32)
        best = target(torch.tensor(batch.next_state)).amax(1)
        loss = loss_fn(q, torch.tensor(batch.reward) + GAMMA * alive * best)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if step % 200 == 0:
        target.load_state_dict(online.state_dict())
    if step % 2000 == 0:
        print(f"step {step} epsilon {epsilon:.2f} loss {loss.item():.4f}")

print(f"METRIC mean_return {play(env, 40):.3f}")
