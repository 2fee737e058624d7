"""REINFORCE on a windy corridor: walk to the goal, mind the pits."""

import os

import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
gen = torch.Generator().manual_seed(SEED + 1)

WIDTH, HEIGHT, HORIZON, ENVS = 5, 4, 16, 32
MOVES = torch.tensor([[1, 0], [-1, 0], [0, 1], [0, -1]])
GOAL = torch.tensor([3, 3])
PIT = torch.tensor([1, 2])


class Grid:
    """Many copies of the grid at once."""

    def reset(self):
        self.pos = torch.zeros(ENVS, 2, dtype=torch.long)
        self.done = torch.zeros(ENVS, dtype=torch.bool)
        return self.observe()

    def observe(self):
        flat = self.pos[:, 0] * HEIGHT + self.pos[:, 1]
        return nn.functional.one_hot(flat, WIDTH * HEIGHT).float()

    def step(self, action):
        slip = torch.rand(ENVS, generator=gen) < 0.05
        action = torch.where(slip, torch.randint(4, (ENVS,), generator=gen), action)
        moved = self.pos + MOVES[action]
        moved = torch.stack([moved[:, 0].clamp(0, WIDTH - 1), moved[:, 1].clamp(0, HEIGHT - 1)], 1)
        self.pos = torch.where(self.done[:, None], self.pos, moved)
        at_goal = (self.pos == GOAL).all(1)
        in_pit = (self.pos == PIT).all(1)
        reward = at_goal * 1.0 - in_pit * 0.3 - 0.02
        reward = torch.where(self.done, torch.zeros(ENVS), reward)
        self.done = self.done | at_goal | in_pit
        return self.observe(), reward, self.done.clone()


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine1 = nn.Linear(WIDTH * HEIGHT, 32)
        self.affine2 = nn.Linear(32, 4)

    def forward(self, x):
        return Categorical(logits=self.affine2(torch.tanh(self.affine1(x))))


env = Grid()
policy = Policy()
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
history = []
for episode in range(120):
    obs, log_probs, rewards, alive = env.reset(), [], [], []
    for _ in range(HORIZON):
        alive.append((~env.done).float())
        dist = policy(obs)
        action = dist.sample()
        log_probs.append(dist.log_prob(action))
        obs, reward, done = env.step(action)
        rewards.append(reward)
    R, returns = torch.zeros(ENVS), []
    for r in reversed(rewards):
        R = r + 0.97 * R
        returns.insert(0, R)
    returns, alive = torch.stack(returns), torch.stack(alive)
    advantage = returns - (returns * alive).sum() / alive.sum()
    policy_loss = -(torch.stack(log_probs) * advantage * alive).sum() / ENVS
    optimizer.zero_grad()
    policy_loss.backward()
    optimizer.step()
    history.append(torch.stack(rewards).sum(0).mean().item())
    if episode % 30 == 29:
        print(f"Episode {episode + 1}\tAverage return: {sum(history[-30:]) / 30:.2f}")

print("METRIC mean_return", sum(history[-20:]) / 20)
