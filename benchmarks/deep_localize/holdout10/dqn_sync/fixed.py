"""DQN on a small windy grid; replay buffer, target network."""

import os
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

SIZE, GAMMA, ENVS = 5, 0.9, 16
MOVES = torch.tensor([[0, 1], [0, -1], [1, 0], [-1, 0]])
GOAL = torch.tensor([SIZE - 1, SIZE - 1])
PITS = torch.zeros(SIZE, SIZE, dtype=torch.bool)
PITS[1, 3] = PITS[3, 1] = True


class Grid:
    """Several copies of the world at once."""

    def __init__(self, n):
        self.n = n
        self.position = torch.randint(SIZE, (n, 2))
        self.age = torch.zeros(n, dtype=torch.long)

    def observe(self):
        rows = F.one_hot(self.position[:, 0], SIZE)
        cols = F.one_hot(self.position[:, 1], SIZE)
        return torch.cat([rows, cols], dim=1).float()

    def step(self, action):
        wind = torch.rand(self.n) < 0.05
        action = torch.where(wind, torch.randint(4, (self.n,)), action)
        self.position = (self.position + MOVES[action]).clamp(0, SIZE - 1)
        self.age += 1
        at_goal = (self.position == GOAL).all(1)
        in_pit = PITS[self.position[:, 0], self.position[:, 1]]
        reward = at_goal.float() - in_pit.float() - 0.01
        done = at_goal | in_pit
        after = self.observe()
        over = done | (self.age >= 40)
        self.position[over] = torch.randint(SIZE, (int(over.sum()), 2))
        self.age[over] = 0
        return after, reward, done.float(), over


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2 * SIZE, 64)
        self.values = nn.Linear(64, 4)

    def forward(self, x):
        return self.values(torch.relu(self.hidden(x)))


online, target = QNet(), QNet()
target.load_state_dict(online.state_dict())
optimizer = torch.optim.Adam(online.parameters(), lr=2e-3)
memory = []


def learn():
    batch = random.sample(memory, 64)
    s, a, r, s2, done = (torch.stack(column) for column in zip(*batch))
    q = online(s).gather(1, a.unsqueeze(1)).squeeze(1)
    with torch.no_grad():
        goal = r + GAMMA * (1 - done) * target(s2).amax(1)
    loss = F.smooth_l1_loss(q, goal)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def evaluate(episodes=64):
    env = Grid(episodes)
    alive, score = torch.ones(episodes), torch.zeros(episodes)
    with torch.no_grad():
        for _ in range(40):
            _, reward, _, over = env.step(online(env.observe()).argmax(1))
            score += alive * reward
            alive *= 1 - over.float()
    return score.mean().item()


env = Grid(ENVS)
STEPS = 1200
for step in range(1, STEPS + 1):
    epsilon = max(0.15, 1 - step / 800)
    state = env.observe()
    with torch.no_grad():
        greedy = online(state).argmax(1)
    action = torch.where(torch.rand(ENVS) < epsilon, torch.randint(4, (ENVS,)), greedy)
    after, reward, done, _ = env.step(action)
    memory.extend(zip(state, action, reward, after, done))
    del memory[:-10000]
    if step > 20:
        for _ in range(2):
            loss = learn()
    if step % 25 == 0:
        target.load_state_dict(online.state_dict())
    if step % 200 == 0:
        print(f"step {step} loss {loss:.5f} epsilon {epsilon:.2f} return {evaluate():.3f}")

print("METRIC mean_return", evaluate())
