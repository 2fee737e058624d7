"""A2C with several environments: returns below zero, an entropy bonus, one loss for actor and critic."""

import os

import torch
import torch.nn as nn
from torch.distributions import Normal

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

ENVS, ROLLOUT, GAMMA = 64, 12, 0.9


class Docking:
    """A mass on a line that should come to rest at 0; the cost is its squared distance and effort."""

    def __init__(self):
        self.x, self.v = torch.randn(ENVS), torch.zeros(ENVS)
        self.age = torch.randint(0, 30, (ENVS,))

    def observe(self):
        return torch.stack([self.x, self.v], 1)

    def step(self, force):
        self.v = (self.v + 0.3 * force.clamp(-2, 2)) * 0.95
        self.x = (self.x + 0.3 * self.v).clamp(-4, 4)
        reward = -0.1 * (self.x**2 + 0.1 * force**2)
        self.age += 1
        over = self.age >= 30
        self.age[over] = 0
        self.x = torch.where(over, 1.5 * torch.randn(ENVS), self.x)
        self.v = torch.where(over, torch.zeros(ENVS), self.v)
        return reward, over.float()


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.mean = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))
        self.log_std = nn.Parameter(torch.zeros(1))
        self.value = nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 1))

    def forward(self, obs):
        return Normal(self.mean(obs).squeeze(1), self.log_std.exp()), self.value(obs).squeeze(1)


env, model = Docking(), ActorCritic()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
means = []
for update in range(260):
    log_probs, values, rewards, overs, entropies = [], [], [], [], []
    for _ in range(ROLLOUT):
        dist, value = model(env.observe())
        action = dist.sample()
        reward, over = env.step(action)
        log_probs.append(dist.log_prob(action))
        entropies.append(dist.entropy())
        values.append(value)
        rewards.append(reward)
        overs.append(over)
    with torch.no_grad():
        ret = model(env.observe())[1]
        returns = []
        for reward, over in zip(reversed(rewards), reversed(overs)):
            ret = reward + GAMMA * ret * (1 - over)
            returns.insert(0, ret)
    returns, values = torch.stack(returns), torch.stack(values)
    advantage = (returns - values).detach()
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-6)
    actor_loss = -(torch.stack(log_probs) * advantage).mean()
    critic_loss = (returns - values).pow(2).mean()
    loss = actor_loss + 0.5 * critic_loss - 0.002 * torch.stack(entropies).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    optimizer.step()
    means.append(torch.stack(rewards).mean().item())
    if update % 50 == 49:
        print(f"update {update + 1} reward {sum(means[-50:]) / 50:.3f} std {model.log_std.exp().item():.2f}")

print("METRIC mean_reward", sum(means[-40:]) / 40)
