"""PPO with a Gaussian policy: a point in the plane is steered to a goal. Vectorised environments, GAE."""

import os
from dataclasses import dataclass

import torch
import torch.nn as nn
from torch.distributions import Normal


@dataclass
class Config:
    seed: int = int(os.environ.get("SEED", "0"))
    n_envs: int = 32
    n_steps: int = 20
    iterations: int = 25
    epochs: int = 5
    minibatches: int = 4
    gamma: float = 0.95
    lam: float = 0.9
    clip: float = 0.2
    lr: float = 2e-3
    entropy: float = 0.001
    value: float = 0.5


cfg = Config()
torch.manual_seed(cfg.seed)
torch.set_num_threads(1)


class PointEnvs:
    """Observation: position relative to the goal. Reward: minus the distance after the move."""

    def __init__(self, n):
        self.n = n
        self.offset = torch.randn(n, 2)
        self.t = torch.randint(0, 20, (n,))

    def step(self, action):
        self.offset = self.offset + 0.25 * action.clamp(-1, 1) + 0.01 * torch.randn(self.n, 2)
        reward = -self.offset.norm(dim=1)
        self.t += 1
        done = self.t >= 20
        self.offset[done] = torch.randn(int(done.sum()), 2)
        self.t[done] = 0
        return self.offset.clone(), reward, done.float()


def layer(n_in, n_out, gain=2**0.5):
    linear = nn.Linear(n_in, n_out)
    nn.init.orthogonal_(linear.weight, gain)
    nn.init.zeros_(linear.bias)
    return linear


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.actor = nn.Sequential(layer(2, 32), nn.Tanh(), layer(32, 32), nn.Tanh(), layer(32, 2, 0.01))
        self.critic = nn.Sequential(layer(2, 32), nn.Tanh(), layer(32, 32), nn.Tanh(), layer(32, 1, 1.0))
        self.log_std = nn.Parameter(torch.full((2,), -0.5))

    def policy(self, obs):
        return Normal(self.actor(obs), self.log_std.exp())

    def value(self, obs):
        return self.critic(obs).squeeze(-1)


agent = ActorCritic()
optimizer = torch.optim.Adam(agent.parameters(), lr=cfg.lr, eps=1e-5)
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: 1 - i / cfg.iterations)
envs = PointEnvs(cfg.n_envs)
obs = envs.offset.clone()

for iteration in range(cfg.iterations):
    data = {k: [] for k in ("obs", "act", "logp", "rew", "done", "val")}
    with torch.no_grad():
        for _ in range(cfg.n_steps):
            dist = agent.policy(obs)
            act = dist.sample()
            data["obs"].append(obs)
            data["act"].append(act)
            data["logp"].append(dist.log_prob(act).sum(-1))
            data["val"].append(agent.value(obs))
            obs, rew, done = envs.step(act)
            data["rew"].append(rew)
            data["done"].append(done)
        next_value, running = agent.value(obs), torch.zeros(cfg.n_envs)
        advantages = [None] * cfg.n_steps
        for t in reversed(range(cfg.n_steps)):
            alive = 1 - data["done"][t]
            delta = data["rew"][t] + cfg.gamma * alive * next_value - data["val"][t]
            running = delta + cfg.gamma * cfg.lam * alive * running
            advantages[t] = running
            next_value = data["val"][t]
    flat = {k: torch.cat(v) for k, v in data.items()}
    adv = torch.cat(advantages)
    returns = adv + flat["val"]

    for _ in range(cfg.epochs):
        for idx in torch.randperm(len(adv)).chunk(cfg.minibatches):
            dist = agent.policy(flat["obs"][idx])
            logp = dist.log_prob(flat["act"][idx]).sum(-1)
            ratio = (logp - flat["logp"][idx]).exp()
            a = adv[idx]
            a = (a - a.mean()) / (a.std() + 1e-8)
            policy_loss = -torch.min(ratio * a, ratio.clamp(1 - cfg.clip, 1 + cfg.clip) * a).mean()
            value_loss = (agent.value(flat["obs"][idx]) - returns[idx]).pow(2).mean()
            entropy = dist.entropy().sum(-1).mean()
            loss = policy_loss + cfg.value * value_loss - cfg.entropy * entropy
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
            optimizer.step()
    schedule.step()
    if iteration % 5 == 4:
        print(f"iteration {iteration + 1} reward {flat['rew'].mean():.3f} std {agent.log_std.exp().mean():.3f}")

with torch.no_grad():
    envs = PointEnvs(200)
    envs.t.zero_()
    obs, total = envs.offset.clone(), 0.0
    for _ in range(19):
        obs, rew, _ = envs.step(agent.actor(obs))
    final = rew.mean().item()
print(f"METRIC final_distance {-final:.4f}")
