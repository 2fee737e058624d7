"""Double DQN with a duelling head: keeps a room warm while the weather changes."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

ACTIONS = torch.tensor([-0.4, 0.0, 0.4])  # cool, idle, heat
N_ROOMS, GAMMA, BATCH, SYNC_EVERY = 16, 0.9, 128, 50


class Rooms:
    """Never ends; every room is restarted now and then (a cut, not an end)."""

    def __init__(self, n):
        self.n = n
        self.gap = torch.empty(n).uniform_(-2, 2)
        self.weather = torch.empty(n).uniform_(-0.25, 0.25)

    def observe(self):
        return torch.stack([self.gap, self.weather * 4], 1)

    def step(self, action):
        self.weather = (self.weather + 0.02 * torch.randn(self.n)).clamp(-0.25, 0.25)
        self.gap = (self.gap + ACTIONS[action] + self.weather).clamp(-3, 3)
        reward = 1 - self.gap.abs() - 0.1 * (action != 1).float()
        following = self.observe()
        restart = torch.rand(self.n) < 0.03
        self.gap = torch.where(restart, torch.empty(self.n).uniform_(-2, 2), self.gap)
        return following, reward


class Replay:
    def __init__(self, capacity):
        self.data = [
            torch.zeros(capacity, 2),
            torch.zeros(capacity, dtype=torch.long),
            torch.zeros(capacity),
            torch.zeros(capacity, 2),
        ]
        self.capacity, self.size, self.at = capacity, 0, 0

    def add(self, *items):
        n = len(items[0])
        index = (self.at + torch.arange(n)) % self.capacity
        for store, item in zip(self.data, items):
            store[index] = item
        self.at = (self.at + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, n):
        index = torch.randint(0, self.size, (n,))
        return [store[index] for store in self.data]


class Duelling(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU())
        self.value = nn.Linear(48, 1)
        self.advantage = nn.Linear(48, len(ACTIONS))

    def forward(self, obs):
        h = self.body(obs)
        a = self.advantage(h)
        return self.value(h) + a - a.mean(1, keepdim=True)


online, target = Duelling(), Duelling()
target.load_state_dict(online.state_dict())
target.requires_grad_(False)
optimizer = torch.optim.Adam(online.parameters(), lr=2e-3)
rooms, replay = Rooms(N_ROOMS), Replay(8000)

for step in range(900):
    obs = rooms.observe()
    epsilon = max(0.05, 1 - step / 400)
    with torch.no_grad():
        greedy = online(obs).argmax(1)
    action = torch.where(torch.rand(N_ROOMS) < epsilon, torch.randint(0, 3, (N_ROOMS,)), greedy)
    following, reward = rooms.step(action)
    replay.add(obs, action, reward, following)
    if step < 20:
        continue
    s, a, r, s2 = replay.sample(BATCH)
    with torch.no_grad():
        best = online(s2).argmax(1, keepdim=True)
        goal = r + GAMMA * target(s2).gather(1, best).squeeze(1)
    q = online(s).gather(1, a.unsqueeze(1)).squeeze(1)
    loss = F.smooth_l1_loss(q, goal)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(online.parameters(), 10.0)
    optimizer.step()
    if step % SYNC_EVERY == 0:
        target.load_state_dict(online.state_dict())
    if step % 150 == 0:
        print(f"step {step} eps {epsilon:.2f} loss {loss.item():.4f} reward {reward.mean():.3f}")

online.eval()
test_rooms, total = Rooms(200), 0.0
with torch.no_grad():
    for _ in range(60):
        _, reward = test_rooms.step(online(test_rooms.observe()).argmax(1))
        total += reward.mean().item() / 60
print(f"METRIC mean_reward {total:.4f}")
