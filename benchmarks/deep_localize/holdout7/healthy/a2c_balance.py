"""Advantage actor-critic that keeps a stick upright; two losses share one trunk."""

import os

import torch
import torch.nn as nn
from torch.distributions import Categorical

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

ENVS, HORIZON, GAMMA = 16, 8, 0.95


class Sticks:
    """Many sticks at once: angle and angular speed; one that falls is set upright again."""

    def __init__(self, n):
        self.z = 0.1 * torch.randn(n, 2)

    def step(self, push):
        speed = (
            self.z[:, 1] + 0.1 * (4 * self.z[:, 0].sin() + 3 * (2 * push.float() - 1)) + 0.02 * torch.randn(len(push))
        )
        self.z = torch.stack([self.z[:, 0] + 0.1 * speed, speed], 1)
        fallen = self.z[:, 0].abs() > 0.8
        reward = torch.where(fallen, -1.0, 1 - self.z[:, 0].abs())
        self.z[fallen] = 0.1 * torch.randn(int(fallen.sum()), 2)
        return reward, fallen


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(2, 32), nn.Tanh())
        self.policy, self.value = nn.Linear(32, 2), nn.Linear(32, 1)

    def forward(self, z):
        h = self.trunk(z)
        return Categorical(logits=self.policy(h)), self.value(h).squeeze(-1)


env, net = Sticks(ENVS), ActorCritic()
optimizer = torch.optim.RMSprop(net.parameters(), lr=4e-3)
falls = []
for update in range(220):
    logs, values, entropies, rewards, ends = [], [], [], [], []
    for _ in range(HORIZON):
        policy, value = net(env.z)
        action = policy.sample()
        reward, fallen = env.step(action)
        logs.append(policy.log_prob(action))
        values.append(value)
        entropies.append(policy.entropy())
        rewards.append(reward)
        ends.append(fallen)
    with torch.no_grad():
        goal = net(env.z)[1]
    goals = []
    for reward, fallen in zip(reversed(rewards), reversed(ends), strict=True):
        goal = reward + GAMMA * goal * ~fallen
        goals.insert(0, goal)
    advantage = torch.stack(goals) - torch.stack(values)
    loss = -(torch.stack(logs) * advantage.detach()).mean() + 0.5 * advantage.square().mean()
    loss = loss - 0.01 * torch.stack(entropies).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 0.5)
    optimizer.step()
    falls.append(torch.stack(ends).float().mean().item())
    if update % 40 == 39:
        print(f"update {update + 1} falls per step {sum(falls[-40:]) / 40:.4f}")
print("METRIC falls", sum(falls[-40:]) / 40)
