"""REINFORCE on a switchboard: learn which button belongs to which lamp."""

import os

import torch
import torch.nn as nn
from torch.distributions import Categorical

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class Switchboard:
    """Each step shows a noisy lamp out of six; pressing the lamp's own button (a fixed, hidden one) pays 1."""

    def __init__(self, horizon=40):
        self.horizon = horizon
        self.wiring = torch.randperm(6)

    def show(self):
        self.lamp = int(torch.randint(0, 6, (1,)))
        observation = 0.3 * torch.randn(6)
        observation[self.lamp] += 1.0
        return observation

    def reset(self):
        self.t = 0
        return self.show()

    def step(self, action):
        reward = float(action == self.wiring[self.lamp])
        self.t += 1
        return self.show(), reward, self.t >= self.horizon


class PolicyNetwork(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.shared = nn.Sequential(nn.Linear(6, hidden), nn.Tanh())
        self.head = nn.Linear(hidden, 6)

    def forward(self, state):
        return self.head(self.shared(state))


class Agent:
    def __init__(self, gamma=0.3, lr=5e-3):
        self.gamma = gamma
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=lr)
        self.probs, self.rewards = [], []

    def sample_action(self, state):
        distribution = Categorical(logits=self.net(state))
        action = distribution.sample()
        self.probs.append(distribution.log_prob(action))
        return action

    def update(self):
        running_g, gs = 0.0, []
        for reward in self.rewards[::-1]:
            running_g = reward + self.gamma * running_g
            gs.insert(0, running_g)
        deltas = torch.tensor(gs)
        deltas = deltas - baseline[: len(deltas)]
        log_probs = torch.stack(self.probs)
        loss = -torch.sum(log_probs.mean() * deltas)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        baseline[: len(deltas)] += 0.05 * deltas
        self.probs, self.rewards = [], []


env, agent = Switchboard(), Agent()
baseline = torch.zeros(env.horizon)
returns = []
for episode in range(200):
    state, done = env.reset(), False
    while not done:
        state, reward, done = env.step(agent.sample_action(state))
        agent.rewards.append(reward)
    returns.append(sum(agent.rewards))
    agent.update()
    if episode % 50 == 49:
        print(f"episode {episode + 1}: average return {sum(returns[-50:]) / 50:.2f}")

print("METRIC reward", sum(returns[-50:]) / 50)
