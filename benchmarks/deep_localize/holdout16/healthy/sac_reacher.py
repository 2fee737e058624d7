"""Soft actor-critic with twin critics and a learned temperature: a gripper reaches a target in the plane."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
GAMMA, TAU, BATCH, N = 0.9, 0.02, 128, 32


class Reach:
    def __init__(self, n):
        self.n = n

    def reset(self):
        self.hand = torch.empty(self.n, 2).uniform_(-1, 1)
        self.target = torch.empty(self.n, 2).uniform_(-1, 1)
        return self.observe()

    def observe(self):
        return torch.cat([self.hand, self.target], 1)

    def step(self, action):
        self.hand = (self.hand + 0.25 * action).clamp(-1.5, 1.5)
        return self.observe(), -(self.hand - self.target).norm(dim=1)


class Actor(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU())
        self.mean = nn.Linear(48, 2)
        self.log_std = nn.Linear(48, 2)

    def forward(self, obs):
        h = self.net(obs)
        return self.mean(h), self.log_std(h).clamp(-5, 1)

    def sample(self, obs):
        mean, log_std = self(obs)
        dist = Normal(mean, log_std.exp())
        u = dist.rsample()
        log_prob = dist.log_prob(u) - 2 * (torch.log(torch.tensor(2.0)) - u - F.softplus(-2 * u))
        return torch.tanh(u), log_prob.sum(1)


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.q1, self.q2 = (
            nn.Sequential(nn.Linear(6, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 1)) for _ in range(2)
        )

    def forward(self, obs, action):
        x = torch.cat([obs, action], 1)
        return self.q1(x).squeeze(1), self.q2(x).squeeze(1)


actor, critic = Actor(), Critic()
critic_target = copy.deepcopy(critic).requires_grad_(False)
log_alpha = torch.tensor(-1.5, requires_grad=True)
actor_opt = torch.optim.Adam(actor.parameters(), lr=2e-3)
critic_opt = torch.optim.Adam(critic.parameters(), lr=2e-3)
alpha_opt = torch.optim.Adam([log_alpha], lr=2e-3)
target_entropy = -2.0

env, memory = Reach(N), []
obs = env.reset()
for step in range(450):
    with torch.no_grad():
        action = actor.sample(obs)[0] if step > 10 else torch.empty(N, 2).uniform_(-1, 1)
    following, reward = env.step(action)
    memory.append((obs, action, reward, following))
    obs = env.reset() if step % 12 == 11 else following
    if step < 10:
        continue

    rows = torch.randint(0, len(memory), (BATCH // N,))
    s, a, r, s2 = (torch.cat(column) for column in zip(*(memory[i] for i in rows)))
    alpha = log_alpha.exp().detach()

    with torch.no_grad():
        a2, logp2 = actor.sample(s2)
        soft_value = torch.min(*critic_target(s2, a2)) - alpha * logp2
        goal = r + GAMMA * soft_value
    q1, q2 = critic(s, a)
    critic_loss = F.mse_loss(q1, goal) + F.mse_loss(q2, goal)
    critic_opt.zero_grad()
    critic_loss.backward()
    critic_opt.step()

    critic.requires_grad_(False)
    new_a, logp = actor.sample(s)
    actor_loss = (alpha * logp - torch.min(*critic(s, new_a))).mean()
    actor_opt.zero_grad()
    actor_loss.backward()
    actor_opt.step()
    critic.requires_grad_(True)

    alpha_loss = -(log_alpha * (logp.detach() + target_entropy)).mean()
    alpha_opt.zero_grad()
    alpha_loss.backward()
    alpha_opt.step()

    with torch.no_grad():
        for p, p_target in zip(critic.parameters(), critic_target.parameters()):
            p_target.lerp_(p, TAU)
    if step % 75 == 0:
        print(f"step {step} critic {critic_loss.item():.3f} actor {actor_loss.item():.3f} alpha {alpha.item():.3f}")

test_env = Reach(300)
obs = test_env.reset()
with torch.no_grad():
    for _ in range(12):
        obs, reward = test_env.step(torch.tanh(actor(obs)[0]))
print(f"METRIC final_distance {-reward.mean().item():.4f}")
