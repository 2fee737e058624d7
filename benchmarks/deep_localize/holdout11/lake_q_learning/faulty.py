"""Q-learning with a network on a 5x5 lake with holes (one-hot states)."""

import os
import random
from collections import namedtuple

import torch
import torch.nn as nn
import torch.optim as optim

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

LAKE = ["S....", ".#.#.", "...#.", ".#...", "..#.G"]
MOVES = [(0, 1), (1, 0), (0, -1), (-1, 0)]
Transition = namedtuple("Transition", "state action reward next_state")


def one_hot(cell):
    v = torch.zeros(25)
    v[cell[0] * 5 + cell[1]] = 1
    return v


def step(cell, action):
    r = min(max(cell[0] + MOVES[action][0], 0), 4)
    c = min(max(cell[1] + MOVES[action][1], 0), 4)
    here = LAKE[r][c]
    return (r, c), {"G": 1.0, "#": -1.0}.get(here, -0.02), here in "G#"


class ReplayMemory:
    def __init__(self, capacity):
        self.capacity, self.memory, self.position = capacity, [], 0

    def push(self, *args):
        if len(self.memory) < self.capacity:
            self.memory.append(None)
        self.memory[self.position] = Transition(*args)
        self.position = (self.position + 1) % self.capacity

    def sample(self, n):
        return random.sample(self.memory, n)


class DQN(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin1 = nn.Linear(25, 64)
        self.lin2 = nn.Linear(64, 4)

    def forward(self, x):
        return self.lin2(torch.relu(self.lin1(x)))


policy_net, target_net = DQN(), DQN()
target_net.load_state_dict(policy_net.state_dict())
optimizer = optim.Adam(policy_net.parameters(), lr=2e-3)
memory = ReplayMemory(2000)


def optimize_model(batch_size=64, gamma=0.95):
    batch = Transition(*zip(*memory.sample(batch_size)))
    non_final_mask = torch.tensor([s is not None for s in batch.next_state])
    non_final_next_states = torch.stack([s for s in batch.next_state if s is not None])
    state_action_values = policy_net(torch.stack(batch.state)).gather(1, torch.tensor(batch.action).unsqueeze(1))
    next_state_values = torch.zeros(batch_size)
    with torch.no_grad():
        next_state_values[non_final_mask] = target_net(non_final_next_states).max(1)[0]
    expected_state_action_values = next_state_values * gamma + torch.tensor(batch.reward)
    loss = nn.functional.mse_loss(state_action_values, expected_state_action_values)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


total_steps = 0
for episode in range(250):
    cell = random.choice([(r, c) for r in range(5) for c in range(5) if LAKE[r][c] in "S."])
    for _ in range(25):
        state = one_hot(cell)
        if random.random() < max(0.15, 1 - episode / 150):
            action = random.randrange(4)
        else:
            with torch.no_grad():
                action = policy_net(state).argmax().item()
        cell, reward, done = step(cell, action)
        memory.push(state, action, reward, None if done else one_hot(cell))
        total_steps += 1
        if len(memory.memory) >= 200:
            loss = optimize_model()
            if total_steps % 50 == 0:
                target_net.load_state_dict(policy_net.state_dict())
        if done:
            break
    if episode % 50 == 49:
        print(f"episode {episode + 1}, {total_steps} steps, loss {loss:.4f}")

wins = starts = 0
for r in range(5):
    for c in range(5):
        if LAKE[r][c] in "S.":
            cell, done, starts = (r, c), False, starts + 1
            for _ in range(20):
                with torch.no_grad():
                    cell, reward, done = step(cell, policy_net(one_hot(cell)).argmax().item())
                if done:
                    break
            wins += done and reward > 0
print("METRIC success", round(wins / starts, 4))
