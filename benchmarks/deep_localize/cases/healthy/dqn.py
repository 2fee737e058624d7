# healthy DQN on a corridor: policy and target network, replay memory, SmoothL1Loss
import copy
import os
import random

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
N = 6
q = nn.Sequential(nn.Linear(N, 32), nn.ReLU(), nn.Linear(32, 2))
target = copy.deepcopy(q)
opt = torch.optim.Adam(q.parameters(), lr=3e-3)
loss_fn = nn.SmoothL1Loss()
eye = torch.eye(N)
memory = []
for episode in range(120):
    s = random.randrange(N - 1)
    for _ in range(20):
        with torch.no_grad():
            a = random.randrange(2) if random.random() < 0.3 else q(eye[s]).argmax().item()
        s2 = min(N - 1, s + 1) if a else max(0, s - 1)
        r, done = (1.0, True) if s2 == N - 1 else (0.0, False)
        memory.append((s, a, r, s2, done))
        s = s2
        if len(memory) > 100:
            S, A, R, S2, D = map(torch.tensor, zip(*random.sample(memory, 32)))
            value = q(eye[S]).gather(1, A[:, None]).squeeze(1)
            with torch.no_grad():
                goal = R + 0.9 * target(eye[S2]).max(1).values * (~D)
            opt.zero_grad()
            loss_fn(value, goal).backward()
            opt.step()
        if done:
            break
    if episode % 5 == 0:
        target.load_state_dict(q.state_dict())
with torch.no_grad():
    print(
        "METRIC values",
        [round(v, 2) for v in q(eye).max(1).values.tolist()],
        "policy right everywhere:",
        bool((q(eye[:-1]).argmax(1) == 1).all()),
    )
