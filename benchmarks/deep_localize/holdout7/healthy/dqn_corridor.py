"""Deep Q-learning with replay and a target network on a corridor with a pit and a far prize."""

import copy
import os
import random
from collections import deque

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Corridor:
    """Seven fields; left of the first is a small prize, right of the last the great one."""

    def reset(self):
        self.at, self.t = 3, 0
        return self.state()

    def state(self):
        return nn.functional.one_hot(torch.tensor(self.at), 7).float()

    def step(self, action):
        self.t += 1
        move = 1 if action == 1 else -1
        self.at += move if random.random() > 0.1 else -move
        if self.at < 0:
            self.at = 0
            return self.state(), 0.1, True
        if self.at > 6:
            self.at = 6
            return self.state(), 1.0, True
        return self.state(), 0.0, self.t >= 30


q = nn.Sequential(nn.Linear(7, 32), nn.ReLU(), nn.Linear(32, 2))
target = copy.deepcopy(q).requires_grad_(False)
optimizer = torch.optim.Adam(q.parameters(), lr=2e-3)
memory = deque(maxlen=2000)
env, epsilon, steps, returns = Corridor(), 1.0, 0, []

for episode in range(160):
    state, done, total = env.reset(), False, 0.0
    while not done:
        with torch.no_grad():
            action = random.randrange(2) if random.random() < epsilon else int(q(state).argmax())
        following, reward, done = env.step(action)
        memory.append((state, action, reward, following, float(done)))
        state, total, steps = following, total + reward, steps + 1
        if len(memory) >= 64:
            s, a, r, n, d = zip(*random.sample(memory, 32))
            with torch.no_grad():
                goal = torch.tensor(r) + 0.95 * (1 - torch.tensor(d)) * target(torch.stack(n)).max(1).values
            value = q(torch.stack(s)).gather(1, torch.tensor(a)[:, None]).squeeze(1)
            loss = nn.functional.smooth_l1_loss(value, goal)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(q.parameters(), 5.0)
            optimizer.step()
        if steps % 100 == 0:
            target.load_state_dict(q.state_dict())
    epsilon = max(0.05, epsilon * 0.96)
    returns.append(total)
    if episode % 40 == 39:
        print(f"episode {episode + 1} return {sum(returns[-40:]) / 40:.2f} epsilon {epsilon:.2f}")
print("METRIC reward", sum(returns[-40:]) / 40)
