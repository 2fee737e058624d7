"""DQN for a robot that has to reach the packing station of a small warehouse."""

import os
import random
from collections import deque, namedtuple

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

Transition = namedtuple("Transition", ("state", "action", "next_state", "reward", "done"))
BATCH_SIZE, GAMMA, TAU, LR = 64, 0.95, 0.02, 2e-3
EPS_START, EPS_END, EPS_DECAY = 1.0, 0.05, 700


class Warehouse:
    """6x6 floor with a shelf in between; moves are up, down, left, right."""

    moves = [(-1, 0), (1, 0), (0, -1), (0, 1)]

    def __init__(self, size=6):
        self.size = size
        self.goal = (size - 1, size - 1)
        self.shelf = {(2, c) for c in range(1, 5)}

    def observe(self):
        grid = torch.zeros(self.size * self.size)
        grid[self.pos[0] * self.size + self.pos[1]] = 1.0
        return grid

    def reset(self):
        free = [
            (r, c)
            for r in range(self.size)
            for c in range(self.size)
            if (r, c) not in self.shelf and (r, c) != self.goal
        ]
        self.pos = random.choice(free)
        self.t = 0
        return self.observe()

    def step(self, action):
        r, c = self.pos[0] + self.moves[action][0], self.pos[1] + self.moves[action][1]
        if 0 <= r < self.size and 0 <= c < self.size and (r, c) not in self.shelf:
            self.pos = (r, c)
        self.t += 1
        done = self.pos == self.goal
        return self.observe(), 1.0 if done else 0.0, done, self.t >= 30


class QNetwork(nn.Module):
    def __init__(self, n_obs, n_actions):
        super().__init__()
        self.layer1 = nn.Linear(n_obs, 64)
        self.layer2 = nn.Linear(64, n_actions)

    def forward(self, x):
        return self.layer2(torch.relu(self.layer1(x)))


env = Warehouse()
policy_net = QNetwork(36, 4)
target_net = QNetwork(36, 4)
target_net.load_state_dict(policy_net.state_dict())
optimizer = optim.Adam(policy_net.parameters(), lr=LR)
memory = deque(maxlen=5000)
steps_done = 0


def select_action(state):
    eps = EPS_END + (EPS_START - EPS_END) * np.exp(-steps_done / EPS_DECAY)
    if random.random() < eps:
        return random.randrange(4)
    with torch.no_grad():
        return policy_net(state).argmax().item()


def optimize_model():
    if len(memory) < BATCH_SIZE:
        return
    batch = Transition(*zip(*random.sample(memory, BATCH_SIZE)))
    state, next_state = torch.stack(batch.state), torch.stack(batch.next_state)
    action = torch.tensor(batch.action).unsqueeze(1)
    reward = torch.tensor(batch.reward)
    done = torch.tensor(batch.done, dtype=torch.float32)

    q = policy_net(state).gather(1, action).squeeze(1)
    with torch.no_grad():
        next_q = target_net(next_state).max(1).values
        expected = reward + GAMMA * next_q * (1 - done)
    loss = nn.functional.smooth_l1_loss(q, expected)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_value_(policy_net.parameters(), 100)
    optimizer.step()

    # soft update of the target network
    target_state, policy_state = target_net.state_dict(), policy_net.state_dict()
    for key in policy_state:
        target_state[key] = policy_state[key] * TAU + target_state[key] * (1 - TAU)
    target_net.load_state_dict(target_state)


episode = 0
while steps_done < 2200:
    state = env.reset()
    while True:
        action = select_action(state)
        next_state, reward, done, truncated = env.step(action)
        steps_done += 1
        memory.append(Transition(state, action, next_state, reward, done))
        state = next_state
        if steps_done % 2 == 0:
            optimize_model()
        if done or truncated:
            break
    episode += 1
    if episode % 25 == 0:
        print(f"episode {episode} steps {steps_done} length {env.t}")

reached = 0
for _ in range(60):
    state, ended = env.reset(), False
    while not ended:
        with torch.no_grad():
            state, _, done, truncated = env.step(policy_net(state).argmax().item())
        ended = done or truncated
    reached += done
print(f"METRIC success_rate {reached / 60:.4f}")
