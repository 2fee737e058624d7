"""DQN with replay and a target network on a small grid."""

import os
import random
from collections import deque

import torch
import torch.nn as nn

seed = int(os.environ.get("SEED", "0"))
random.seed(seed)
torch.manual_seed(seed)
N, GOAL, MOVES = 4, (3, 3), [(0, 1), (0, -1), (1, 0), (-1, 0)]


def encode(s):
    v = torch.zeros(2 * N)
    v[s[0]] = v[N + s[1]] = 1
    return v


def act_in_world(s, a):
    t = tuple(min(N - 1, max(0, s[i] + MOVES[a][i])) for i in (0, 1))
    return t, (1.0 if t == GOAL else -0.05), t == GOAL


class DQN(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(2 * N, 48), nn.ReLU(), nn.Linear(48, 4))

    def forward(self, x):
        return self.fc(x)


policy_net, target_net = DQN(), DQN()
target_net.load_state_dict(policy_net.state_dict())
optimizer = torch.optim.RMSprop(policy_net.parameters(), lr=2e-3)
memory = deque(maxlen=2000)
steps = 0
for episode in range(45):
    s, done = (random.randrange(N - 1), random.randrange(N - 1)), False
    for _ in range(20):
        eps = max(0.1, 1 - episode / 25)
        with torch.no_grad():
            a = random.randrange(4) if random.random() < eps else policy_net(encode(s)).argmax().item()
        t, r, done = act_in_world(s, a)
        memory.append((encode(s), a, r, encode(t), done))
        s, steps = t, steps + 1
        if len(memory) >= 64:
            batch = random.sample(memory, 32)
            S, A, R, T, E = zip(*batch)
            q = policy_net(torch.stack(S)).gather(1, torch.tensor(A)[:, None]).squeeze(1)
            with torch.no_grad():
                best = target_net(torch.stack(T)).max(1).values
            goal = torch.tensor(R) + 0.9 * best * (1 - torch.tensor(E).float())
            loss = nn.functional.smooth_l1_loss(q, goal)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_value_(policy_net.parameters(), 1.0)
            optimizer.step()
        if steps % 40 == 0:
            target_net.load_state_dict(policy_net.state_dict())
        if done:
            break

reached = 0
for x in range(N - 1):
    for y in range(N - 1):
        s = (x, y)
        for _ in range(8):
            s, _, done = act_in_world(s, policy_net(encode(s)).argmax().item())
            if done:
                reached += 1
                break
print("METRIC reached", reached / 9)
