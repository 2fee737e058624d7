"""Double DQN for a windy ledge walk. The values (and with them the TD loss) grow as the agent gets further."""

import os
import random
from collections import deque

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
torch.set_num_threads(1)

LENGTH, WALKERS = 12, 24


class Ledge:
    """Walk right along a ledge; the wind tilts the walker and must be countered. Reward 1 per step forward, 10 at the end."""

    def __init__(self):
        self.pos = torch.zeros(WALKERS)
        self.tilt = torch.zeros(WALKERS)

    def obs(self):
        return torch.stack([self.pos / LENGTH, self.tilt], 1)

    def step(self, action):
        # 0: step forward, 1: lean left, 2: lean right
        self.tilt = self.tilt + 0.12 * torch.randn(WALKERS) + (action == 2) * 0.3 - (action == 1) * 0.3
        forward = (action == 0).float()
        self.pos = self.pos + forward
        fell = self.tilt.abs() > 0.6
        arrived = self.pos >= LENGTH
        reward = forward - 5.0 * fell + 10.0 * (arrived & ~fell) - 0.1
        done = fell | arrived
        after = self.obs()
        self.pos[done] = 0.0
        self.tilt[done] = 0.0
        return after, reward, done, arrived & ~fell


def make_net():
    return nn.Sequential(nn.Linear(2, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 3))


online, target = make_net(), make_net()
target.load_state_dict(online.state_dict())
for p in target.parameters():
    p.requires_grad_(False)
optimizer = torch.optim.Adam(online.parameters(), lr=2e-3)
replay = deque(maxlen=400)
env = Ledge()
obs = env.obs()
for step in range(450):
    eps = max(0.05, 1 - step / 250)
    with torch.no_grad():
        action = online(obs).argmax(1)
    action = torch.where(torch.rand(WALKERS) < eps, torch.randint(0, 3, (WALKERS,)), action)
    after, reward, done, _ = env.step(action)
    replay.append((obs, action, reward, after, done.float()))
    obs = env.obs()
    if len(replay) < 16:
        continue
    o, a, r, n, d = (torch.cat(z) for z in zip(*random.sample(replay, 6)))
    with torch.no_grad():
        best = online(n).argmax(1, keepdim=True)
        y = r + 0.97 * (1 - d) * target(n).gather(1, best).squeeze(1)
    loss = F.smooth_l1_loss(online(o).gather(1, a[:, None]).squeeze(1), y)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(online.parameters(), 5.0)
    optimizer.step()
    with torch.no_grad():
        for q, p in zip(target.parameters(), online.parameters()):
            q.lerp_(p, 0.05)
    if step % 75 == 0:
        print(f"{step} eps {eps:.2f} loss {loss.item():.3f} mean target {y.mean().item():.2f}")

env, arrivals, ends = Ledge(), 0, 0
obs = env.obs()
with torch.no_grad():
    for _ in range(100):
        obs_action = online(obs).argmax(1)
        _, _, done, arrived = env.step(obs_action)
        obs = env.obs()
        arrivals += arrived.sum().item()
        ends += done.sum().item()
print("METRIC arrival_rate", round(arrivals / max(ends, 1), 4))
