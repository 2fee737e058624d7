"""Double Q-learning with prioritised choice of transitions on a slippery chain with a distant prize."""

import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

N, GAMMA, TAU = 8, 0.95, 0.05


def step_env(state, action):
    """Right costs a little and may slip; the far end pays 10 and ends, left pays 0.2."""
    slip = np.random.rand(len(state)) < 0.1
    move = np.where((action == 1) ^ slip, 1, -1)
    after = np.clip(state + move, 0, N - 1)
    done = after == N - 1
    reward = np.where(done, 10.0, np.where(action == 0, 0.2, -0.1))
    return after, reward, done


def net():
    return nn.Sequential(nn.Embedding(N, 16), nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 2))


online, target = net(), net()
target.load_state_dict(online.state_dict())
for p in target.parameters():
    p.requires_grad_(False)
optimizer = torch.optim.RMSprop(online.parameters(), lr=2e-3)

state = np.random.randint(0, N - 1, 800)
action = np.random.randint(0, 2, 800)
after, reward, done = step_env(state, action)
memory = [torch.tensor(a) for a in (state, action, reward.astype(np.float32), after, done.astype(np.float32))]
priority = np.ones(800)

for step in range(900):
    p = priority**0.6
    p = p / p.sum()
    idx = np.random.choice(800, 64, p=p)
    weight = torch.tensor((800 * p[idx]) ** -0.4, dtype=torch.float32)
    weight = weight / weight.max()
    s, a, r, s2, d = (m[idx] for m in memory)
    with torch.no_grad():
        best = online(s2).argmax(1, keepdim=True)
        goal = r + GAMMA * (1 - d) * target(s2).gather(1, best).squeeze(1)
    q = online(s).gather(1, a[:, None]).squeeze(1)
    error = q - goal
    loss = (weight * error.pow(2)).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(online.parameters(), 10.0)
    optimizer.step()
    priority[idx] = error.detach().abs().numpy() + 1e-2
    with torch.no_grad():
        for slow, fast in zip(target.parameters(), online.parameters()):
            slow.lerp_(fast, TAU)
    if step % 200 == 0:
        print(f"step {step} loss {loss.item():.4f} max Q {q.max().item():.2f}")


def play(policy, n=200, horizon=60):
    position, total, alive = np.zeros(n, dtype=int), np.zeros(n), np.ones(n, dtype=bool)
    for t in range(horizon):
        position2, gain, over = step_env(position, policy(position))
        total += GAMMA**t * gain * alive
        alive &= ~over
        position = position2
    return total.mean()


with torch.no_grad():
    score = play(lambda s: online(torch.tensor(s)).argmax(1).numpy())
print("METRIC discounted_return", score)
