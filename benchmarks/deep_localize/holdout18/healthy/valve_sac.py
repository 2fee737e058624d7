"""Soft actor-critic on a valve: keep the level of a leaking tank at a changing set point. Learned temperature."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

N, GAMMA, TAU = 16, 0.9, 0.02


class Tanks:
    """State: level and set point. Action in [-1, 1] opens or closes the valve. Reward: minus the squared error."""

    def __init__(self, n):
        self.n = n
        self.level = torch.rand(n) * 2 - 1
        self.goal = torch.rand(n) * 2 - 1

    def observe(self):
        return torch.stack([self.level, self.goal], dim=1)

    def step(self, action):
        self.level = 0.95 * self.level + 0.4 * action.squeeze(1) + 0.02 * torch.randn(self.n)
        reward = -((self.level - self.goal) ** 2)
        change = torch.rand(self.n) < 0.05
        self.goal = torch.where(change, torch.rand(self.n) * 2 - 1, self.goal)
        return self.observe(), reward


class Actor(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 2))

    def forward(self, s):
        mean, log_std = self.net(s).chunk(2, dim=1)
        return mean, log_std.clamp(-5, 1)

    def sample(self, s):
        mean, log_std = self(s)
        dist = torch.distributions.Normal(mean, log_std.exp())
        u = dist.rsample()
        log_prob = dist.log_prob(u) - 2 * (0.6931472 - u - F.softplus(-2 * u))
        return torch.tanh(u), log_prob.sum(1)


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.q1 = nn.Sequential(nn.Linear(3, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 1))
        self.q2 = nn.Sequential(nn.Linear(3, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 1))

    def forward(self, s, a):
        x = torch.cat([s, a], dim=1)
        return self.q1(x).squeeze(1), self.q2(x).squeeze(1)


actor, critic = Actor(), Critic()
critic_target = copy.deepcopy(critic).requires_grad_(False)
log_alpha = torch.tensor(-1.5, requires_grad=True)
actor_opt = torch.optim.Adam(actor.parameters(), lr=2e-3)
critic_opt = torch.optim.Adam(critic.parameters(), lr=2e-3)
alpha_opt = torch.optim.Adam([log_alpha], lr=3e-3)
target_entropy = -1.0

memory = []
env = Tanks(N)
s = env.observe()
for t in range(1, 501):
    with torch.no_grad():
        a = actor.sample(s)[0] if t > 30 else torch.rand(N, 1) * 2 - 1
    s2, r = env.step(a)
    memory.append((s, a, r, s2))
    s = s2
    if t <= 30:
        continue
    picks = torch.randint(0, len(memory), (8,)).tolist()
    bs, ba, br, bs2 = (torch.cat(parts) for parts in zip(*(memory[i] for i in picks)))
    alpha = log_alpha.exp().detach()

    with torch.no_grad():
        a2, logp2 = actor.sample(bs2)
        y = br + GAMMA * (torch.min(*critic_target(bs2, a2)) - alpha * logp2)
    q1, q2 = critic(bs, ba)
    critic_loss = F.mse_loss(q1, y) + F.mse_loss(q2, y)
    critic_opt.zero_grad()
    critic_loss.backward()
    critic_opt.step()

    critic.requires_grad_(False)
    new_a, logp = actor.sample(bs)
    actor_loss = (alpha * logp - torch.min(*critic(bs, new_a))).mean()
    actor_opt.zero_grad()
    actor_loss.backward()
    actor_opt.step()
    critic.requires_grad_(True)

    alpha_loss = -(log_alpha * (logp.detach() + target_entropy)).mean()
    alpha_opt.zero_grad()
    alpha_loss.backward()
    alpha_opt.step()

    with torch.no_grad():
        for p, tp in zip(critic.parameters(), critic_target.parameters()):
            tp.mul_(1 - TAU).add_(p, alpha=TAU)
    if t % 100 == 0:
        print(f"step {t} critic {critic_loss.item():.4f} actor {actor_loss.item():.4f} alpha {alpha.item():.3f}")

env, errors = Tanks(64), []
s = env.observe()
with torch.no_grad():
    for t in range(60):
        s, r = env.step(torch.tanh(actor(s)[0]))
        errors.append(-r.mean())
print(f"METRIC squared_error {torch.stack(errors[10:]).mean().item():.4f}")
