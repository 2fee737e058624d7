"""DQN on a small balancing task: keep a drifting puck on a plate by pushing it left or right."""

import os
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class PuckPlate:
    """Many plates in parallel. Every step survived gives a reward of 1; off the plate the episode ends."""

    def __init__(self, n):
        self.n = n
        self.state = torch.zeros(n, 2)
        self.reset(torch.ones(n, dtype=torch.bool))

    def reset(self, where):
        self.state[where] = (torch.rand(int(where.sum()), 2) - 0.5) * 0.4
        return self.state.clone()

    def step(self, action):
        x, v = self.state[:, 0], self.state[:, 1]
        push = (action.float() * 2 - 1) * 0.08
        v = v + push + 0.12 * x + 0.02 * torch.randn(self.n)
        x = x + 0.3 * v
        self.state = torch.stack([x, v], 1)
        return self.state.clone(), torch.ones(self.n), x.abs() > 0.8


class QNetwork(nn.Module):
    def __init__(self, hidden=48):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(2, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 2)
        )

    def forward(self, state):
        return self.net(state)


GAMMA, N_ENVS, STEPS, BATCH = 0.95, 32, 500, 128
env = PuckPlate(N_ENVS)
policy_net, target_net = QNetwork(), QNetwork()
target_net.load_state_dict(policy_net.state_dict())
optimizer = torch.optim.Adam(policy_net.parameters(), lr=2e-3)
memory = []


def train_step():
    batch = random.sample(memory, 8)
    state, action, reward, next_state, done = (torch.cat(items)[: BATCH * 4] for items in zip(*batch))
    q = policy_net(state).gather(1, action.unsqueeze(1)).squeeze(1)
    with torch.no_grad():
        next_q = target_net(next_state).max(1).values
        target = reward + GAMMA * next_q * (1.0 - done)
    loss = F.smooth_l1_loss(q, target)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(policy_net.parameters(), 10.0)
    optimizer.step()
    return loss.item()


state = env.state.clone()
for step in range(STEPS):
    epsilon = max(0.1, 1.0 - step / 250)
    with torch.no_grad():
        greedy = policy_net(state).argmax(1)
    explore = torch.rand(N_ENVS) < epsilon
    action = torch.where(explore, torch.randint(0, 2, (N_ENVS,)), greedy)
    next_state, reward, done = env.step(action)
    memory.append((state, action, reward, next_state, done.float()))
    state = env.reset(done) if done.any() else next_state
    if len(memory) > 20:
        loss = train_step()
        if step % 20 == 0:
            target_net.load_state_dict(policy_net.state_dict())
        if step % 100 == 0:
            print(f"step {step} epsilon {epsilon:.2f} loss {loss:.4f}")

# mean length of evaluation episodes, at most 150 steps each
env = PuckPlate(100)
state, alive, length = env.state.clone(), torch.ones(100, dtype=torch.bool), torch.zeros(100)
with torch.no_grad():
    for _ in range(150):
        state, _, done = env.step(policy_net(state).argmax(1))
        alive &= ~done
        length += alive.float()
print("METRIC episode_fraction", round((length.mean() / 150).item(), 4))
