"""Q-learning with a replay memory on a river of ten stones; values grow as the reward is traced back."""

import os
import random
from collections import deque

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

STONES, LIMIT, GAMMA = 10, 40, 0.98


class River:
    def reset(self):
        self.at, self.t = 0, 0
        return self.at

    def step(self, action):
        # action 1 jumps on; the slippery stones sometimes fail
        if action == 1:
            self.at += 0 if random.random() < 0.1 else 1
        else:
            self.at = max(0, self.at - 1)
        self.t += 1
        arrived = self.at == STONES
        return self.at, 10.0 if arrived else -0.1, arrived, arrived or self.t >= LIMIT


def encode(states):
    return nn.functional.one_hot(torch.as_tensor(states), STONES + 1).float()


def make_net():
    return nn.Sequential(nn.Linear(STONES + 1, 32), nn.ReLU(), nn.Linear(32, 2))


class Agent:
    def __init__(self):
        self.online, self.target = make_net(), make_net()
        self.target.load_state_dict(self.online.state_dict())
        self.target.requires_grad_(False)
        self.optimizer = torch.optim.Adam(self.online.parameters(), lr=3e-3)
        self.memory = deque(maxlen=4000)

    @torch.no_grad()
    def act(self, state, epsilon):
        if random.random() < epsilon:
            return random.randrange(2)
        return self.online(encode([state])).argmax().item()

    def learn(self, batch_size=64):
        s, a, r, s2, end = (torch.tensor(v) for v in zip(*random.sample(self.memory, batch_size)))
        q = self.online(encode(s)).gather(1, a[:, None]).squeeze(1)
        with torch.no_grad():
            goal = r + GAMMA * self.target(encode(s2)).max(1).values * (1 - end)
        loss = nn.functional.mse_loss(q, goal)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            for p, o in zip(self.target.parameters(), self.online.parameters()):
                p.lerp_(o, 0.02)
        return loss.item()


env, agent = River(), Agent()
state, losses = env.reset(), []
for step in range(4000):
    epsilon = max(0.1, 1.0 - step / 2000)
    action = agent.act(state, epsilon)
    nxt, reward, arrived, over = env.step(action)
    agent.memory.append((state, action, reward, nxt, float(arrived)))
    state = env.reset() if over else nxt
    if step >= 300 and step % 3 == 0:
        losses.append(agent.learn())
    if step % 800 == 799:
        print(f"step {step + 1} loss {np.mean(losses[-200:]):.4f}")

scores = []
for _ in range(20):
    state, over, score = env.reset(), False, 0.0
    while not over:
        state, reward, _, over = env.step(agent.act(state, 0.0))
        score += reward
    scores.append(score)
print(f"METRIC score {np.mean(scores):.3f}")
