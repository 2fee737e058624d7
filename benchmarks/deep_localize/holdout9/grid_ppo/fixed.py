"""Proximal policy optimisation on a 5x5 grid with a goal and two pits."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.distributions import Categorical

seed = int(os.environ.get("SEED", "0"))
np.random.seed(seed)
torch.manual_seed(seed)
torch.set_num_threads(1)

SIZE, GOAL, PITS = 5, (4, 4), {(2, 3), (3, 1)}
MOVES = [(-1, 0), (1, 0), (0, -1), (0, 1)]
GAMMA, LAM, CLIP = 0.95, 0.95, 0.2


class GridWorld:
    def reset(self):
        self.pos, self.t = (0, 0), 0
        return self.encode()

    def encode(self):
        s = np.zeros(2 * SIZE, dtype=np.float32)
        s[self.pos[0]] = 1.0
        s[SIZE + self.pos[1]] = 1.0
        return s

    def step(self, action):
        dy, dx = MOVES[action]
        self.pos = (min(max(self.pos[0] + dy, 0), SIZE - 1), min(max(self.pos[1] + dx, 0), SIZE - 1))
        self.t += 1
        if self.pos == GOAL:
            return self.encode(), 5.0, True
        if self.pos in PITS:
            return self.encode(), -3.0, True
        return self.encode(), -0.1, self.t >= 40


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2 * SIZE, 32), nn.Tanh(), nn.Linear(32, 4))

    def forward(self, s):
        return Categorical(logits=self.net(s))


class Value(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2 * SIZE, 32), nn.Tanh(), nn.Linear(32, 1))

    def forward(self, s):
        return self.net(s)


def estimate_advantages(rewards, masks, values):
    advantages = torch.zeros_like(values)
    carry, next_value = 0.0, 0.0
    for t in reversed(range(len(rewards))):
        delta = rewards[t] + GAMMA * next_value * masks[t] - values[t, 0]
        carry = delta + GAMMA * LAM * masks[t] * carry
        advantages[t, 0] = carry
        next_value = values[t, 0]
    returns = values + advantages
    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    return advantages, returns


env, policy, critic = GridWorld(), Policy(), Value()
policy_opt = torch.optim.Adam(policy.parameters(), lr=3e-3)
value_opt = torch.optim.Adam(critic.parameters(), lr=5e-3)
totals = []

for iteration in range(22):
    states, actions, rewards, masks = [], [], [], []
    state, total, totals = env.reset(), 0.0, []
    for _ in range(360):
        with torch.no_grad():
            action = policy(torch.from_numpy(state)).sample().item()
        next_state, reward, done = env.step(action)
        states.append(state)
        actions.append(action)
        rewards.append(reward)
        masks.append(1.0 - done)
        total += reward
        state = next_state
        if done:
            totals.append(total)
            state, total = env.reset(), 0.0

    states = torch.from_numpy(np.stack(states))
    actions = torch.tensor(actions)
    with torch.no_grad():
        values = critic(states)
        old_log_probs = policy(states).log_prob(actions)
    advantages, returns = estimate_advantages(rewards, masks, values)

    for _ in range(5):
        for idx in torch.randperm(len(states)).split(90):
            value_loss = (critic(states[idx]) - returns[idx]).pow(2).mean()
            value_opt.zero_grad()
            value_loss.backward()
            value_opt.step()

            dist = policy(states[idx])
            ratio = torch.exp(dist.log_prob(actions[idx]) - old_log_probs[idx])
            adv = advantages[idx].reshape(-1)
            surr1 = ratio * adv
            surr2 = torch.clamp(ratio, 1 - CLIP, 1 + CLIP) * adv
            policy_loss = -torch.min(surr1, surr2).mean() - 0.005 * dist.entropy().mean()
            policy_opt.zero_grad()
            policy_loss.backward()
            policy_opt.step()
    if iteration % 5 == 0:
        print(f"iter {iteration}: average reward {np.mean(totals):.3f}, value loss {value_loss.item():.3f}")

print("METRIC average_reward", float(np.mean(totals)))
