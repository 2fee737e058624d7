import copy
import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))


class QNetwork(nn.Module):
    def __init__(self, n_state, n_action):
        super().__init__()
        self.fc1 = nn.Linear(n_state, 40)
        self.fc2 = nn.Linear(40, 40)
        self.value = nn.Linear(40, 1)
        self.advantage = nn.Linear(40, n_action)

    def forward(self, s):
        h = torch.relu(self.fc2(torch.relu(self.fc1(s))))
        a = self.advantage(h)
        return self.value(h) + a - a.mean(dim=1, keepdim=True)


class Learner:
    def __init__(self, n):
        self.n = n
        self.local, self.gamma, self.tau = QNetwork(n, 2), 0.9, 0.05
        self.target = copy.deepcopy(self.local)
        self.optimizer = torch.optim.Adam(self.local.parameters(), lr=3e-3)
        self.memory = []

    def encode(self, s):
        return torch.eye(self.n)[torch.as_tensor(s)]

    def learn(self):
        s, a, r, s2, d = zip(*random.sample(self.memory, 32))
        a, r, d = torch.tensor(a).unsqueeze(1), torch.tensor(r).unsqueeze(1), torch.tensor(d).float().unsqueeze(1)
        with torch.no_grad():
            best = self.local(self.encode(s2)).argmax(1, keepdim=True)
            goal = r + self.gamma * self.target(self.encode(s2)).gather(1, best) * (1 - d)
        loss = nn.functional.mse_loss(self.local(self.encode(s)).gather(1, a), goal)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(self.local.parameters(), 1.0)
        self.optimizer.step()
        for t, l in zip(self.target.parameters(), self.local.parameters()):
            t.data.copy_(self.tau * l.data + (1 - self.tau) * t.data)
        return loss.item()


def main(n=6, steps=550):
    random.seed(SEED)
    np.random.seed(SEED)
    torch.manual_seed(SEED)
    learner, s = Learner(n), 0
    for t in range(steps):
        eps = max(0.3, 1 - t / 250)
        if random.random() < eps:
            a = random.randrange(2)
        else:
            with torch.no_grad():
                a = learner.local(learner.encode([s])).argmax().item()
        s2 = s + 1 if a else max(0, s - 1)
        done = s2 == n
        learner.memory.append((s, a, 1.0 if done else 0.0, min(s2, n - 1), done))
        s = random.randrange(n) if done or random.random() < 0.05 else s2
        if len(learner.memory) >= 64:
            loss = learner.learn()
            if t % 100 == 0:
                print(t, round(eps, 2), loss)
    with torch.no_grad():
        q = learner.local(torch.eye(n)).max(1).values
    true = torch.tensor([0.9 ** (n - 1 - k) for k in range(n)])
    print("METRIC value_error", (q - true).abs().mean().item())


main()
