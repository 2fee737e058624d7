import os
import random
from collections import deque, namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

Transition = namedtuple("Transition", "state action next_state reward done")
SIZE, GAMMA, BATCH_SIZE, TARGET_UPDATE = 5, 0.9, 32, 20


class Grid:
    """A ring of five places; going right from the last one pays 1 and ends the episode."""

    def reset(self):
        self.s = random.randrange(SIZE)
        return self.s

    def step(self, action):
        if action == 1 and self.s == SIZE - 1:
            return 0, 1.0, True
        self.s = min(SIZE - 1, self.s + 1) if action == 1 else max(0, self.s - 1)
        return self.s, 0.0, False


def make_net():
    return nn.Sequential(nn.Linear(SIZE, 48), nn.ReLU(), nn.Linear(48, 2))


policy_net, target_net = make_net(), make_net()
target_net.load_state_dict(policy_net.state_dict())
optimizer = optim.Adam(policy_net.parameters(), lr=5e-3)
memory = deque(maxlen=2000)
one_hot = torch.eye(SIZE)


def optimize_model():
    if len(memory) < BATCH_SIZE:
        return
    batch = Transition(*map(torch.tensor, zip(*random.sample(memory, BATCH_SIZE))))
    q = policy_net(one_hot[batch.state]).gather(1, batch.action.unsqueeze(1)).squeeze(1)
    with torch.no_grad():
        next_q = target_net(one_hot[batch.next_state]).max(1).values
    expected = batch.reward + GAMMA * next_q * (~batch.done)
    loss = F.smooth_l1_loss(q, expected)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


env, steps = Grid(), 0
while steps < 500:
    state = env.reset()
    for _ in range(15):
        eps = max(0.2, 1 - steps / 300)
        if random.random() < eps:
            action = random.randrange(2)
        else:
            with torch.no_grad():
                action = policy_net(one_hot[state]).argmax().item()
        next_state, reward, done = env.step(action)
        memory.append(Transition(state, action, next_state, reward, done))
        state = next_state
        optimize_model()
        steps += 1
        if steps % TARGET_UPDATE == 0:
            target_net.load_state_dict(policy_net.state_dict())
        if done:
            break
true_values = torch.tensor([GAMMA ** (SIZE - 1 - s) for s in range(SIZE)])
with torch.no_grad():
    error = (policy_net(one_hot).max(1).values - true_values).abs().mean().item()
print("METRIC value_error", error)
