"""Advantage actor-critic in a corridor: a cue at the start tells at which end the reward lies."""

import os

import torch
import torch.nn as nn
from torch.distributions import Categorical

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class Corridors:
    """Many corridors side by side. Each has 7 cells and starts in the middle; an end gives +1 or -1."""

    def __init__(self, n):
        self.n = n
        self.position = torch.full((n,), 3)
        self.cue = torch.randint(0, 2, (n,))
        self.clock = torch.zeros(n)

    def observe(self):
        return torch.cat([nn.functional.one_hot(self.position, 7), nn.functional.one_hot(self.cue, 2)], 1).float()

    def step(self, action):
        self.position = (self.position + 2 * action - 1).clamp(0, 6)
        self.clock += 1
        at_end = (self.position == 0) | (self.position == 6)
        good = (self.position == 6) == (self.cue == 1)
        reward = torch.where(at_end, torch.where(good, 1.0, -1.0), torch.tensor(-0.02))
        done = at_end | (self.clock >= 20)
        self.position = torch.where(done, torch.tensor(3), self.position)
        self.cue = torch.where(done, torch.randint(0, 2, (self.n,)), self.cue)
        self.clock = torch.where(done, torch.tensor(0.0), self.clock)
        return self.observe(), reward, done


class ActorCritic(nn.Module):
    def __init__(self, hidden=48):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(9, hidden), nn.Tanh())
        self.actor = nn.Linear(hidden, 2)
        self.critic = nn.Linear(hidden, 1)

    def forward(self, obs):
        h = self.trunk(obs)
        return Categorical(logits=self.actor(h)), self.critic(h).squeeze(-1)


GAMMA, VF_COEF, ENT_COEF, HORIZON = 0.97, 0.5, 0.01, 8
envs = Corridors(32)
model = ActorCritic()
optimizer = torch.optim.RMSprop(model.parameters(), lr=3e-3, alpha=0.99, eps=1e-5)
obs = envs.observe()
history = []

for update in range(300):
    log_probs, values, rewards, masks, entropies = [], [], [], [], []
    for _ in range(HORIZON):
        dist, value = model(obs)
        action = dist.sample()
        obs, reward, done = envs.step(action)
        log_probs.append(dist.log_prob(action))
        entropies.append(dist.entropy())
        values.append(value)
        rewards.append(reward)
        masks.append(1 - done.float())
        history += reward[done].tolist()

    with torch.no_grad():
        ret = model(obs)[1]
    returns = []
    for reward, mask in zip(reversed(rewards), reversed(masks)):
        ret = reward + GAMMA * ret * mask
        returns.insert(0, ret)
    returns, values = torch.stack(returns), torch.stack(values)
    advantages = returns - values
    policy_loss = -(torch.stack(log_probs) * advantages.detach()).mean()
    value_loss = advantages.pow(2).mean()
    entropy = torch.stack(entropies).mean()
    loss = policy_loss - VF_COEF * value_loss - ENT_COEF * entropy
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    optimizer.step()
    if update % 50 == 49:
        print(f"update {update + 1} loss {loss.item():.3f} last rewards {sum(history[-300:]) / 300:.3f}")

print("METRIC last_rewards", sum(history[-600:]) / 600)
