"""PPO with a Gaussian policy: pushes a trolley to a mark and holds it there."""

import os
from dataclasses import dataclass

import torch
import torch.nn as nn
from torch.distributions import Normal


@dataclass
class Args:
    seed: int = int(os.environ.get("SEED", "0"))
    n_envs: int = 32
    horizon: int = 40
    iterations: int = 40
    update_epochs: int = 4
    minibatches: int = 4
    gamma: float = 0.95
    lam: float = 0.9
    clip: float = 0.2
    ent_coef: float = 0.003
    vf_coef: float = 0.5
    lr: float = 2e-3
    max_grad_norm: float = 0.5


class Trolley:
    def __init__(self, n):
        self.n = n

    def reset(self):
        self.x = torch.empty(self.n).uniform_(-1.5, 1.5)
        self.v = torch.zeros(self.n)
        return torch.stack([self.x, self.v], 1)

    def step(self, force):
        force = force.clamp(-1, 1)
        self.v = 0.9 * self.v + 0.25 * force
        self.x = (self.x + 0.25 * self.v).clamp(-3, 3)
        reward = -(self.x.abs() + 0.05 * force**2)
        return torch.stack([self.x, self.v], 1), reward


def orthogonal(layer, gain):
    nn.init.orthogonal_(layer.weight, gain)
    nn.init.zeros_(layer.bias)
    return layer


class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.actor_mean = nn.Sequential(
            orthogonal(nn.Linear(2, 32), 2**0.5),
            nn.Tanh(),
            orthogonal(nn.Linear(32, 32), 2**0.5),
            nn.Tanh(),
            orthogonal(nn.Linear(32, 1), 0.01),
        )
        self.actor_logstd = nn.Parameter(torch.full((1,), -0.5))
        self.critic = nn.Sequential(
            orthogonal(nn.Linear(2, 32), 2**0.5),
            nn.Tanh(),
            orthogonal(nn.Linear(32, 32), 2**0.5),
            nn.Tanh(),
            orthogonal(nn.Linear(32, 1), 1.0),
        )

    def policy(self, obs):
        return Normal(self.actor_mean(obs).squeeze(-1), self.actor_logstd.exp())

    def value(self, obs):
        return self.critic(obs).squeeze(-1)


def rollout(env, agent, args):
    obs, rows = env.reset(), []
    with torch.no_grad():
        for _ in range(args.horizon):
            dist = agent.policy(obs)
            action = dist.sample()
            following, reward = env.step(action)
            rows.append((obs, action, dist.log_prob(action), reward, agent.value(obs)))
            obs = following
        last_value = agent.value(obs)  # the episode is cut here, not over
    obs, action, logp, reward, value = map(torch.stack, zip(*rows))
    advantage, running = torch.zeros_like(reward), torch.zeros(args.n_envs)
    for t in reversed(range(args.horizon)):
        next_value = last_value if t == args.horizon - 1 else value[t + 1]
        delta = reward[t] + args.gamma * next_value - value[t]
        running = delta + args.gamma * args.lam * running
        advantage[t] = running
    flat = [z.flatten(0, 1) for z in (obs, action, logp, advantage, advantage + value)]
    return flat, reward.mean().item()


def main(args):
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    env, agent = Trolley(args.n_envs), Agent()
    optimizer = torch.optim.Adam(agent.parameters(), lr=args.lr, eps=1e-5)
    for iteration in range(args.iterations):
        for group in optimizer.param_groups:
            group["lr"] = args.lr * (1 - iteration / args.iterations)
        (obs, action, old_logp, advantage, returns), mean_reward = rollout(env, agent, args)
        for _ in range(args.update_epochs):
            for index in torch.randperm(len(obs)).chunk(args.minibatches):
                dist = agent.policy(obs[index])
                ratio = (dist.log_prob(action[index]) - old_logp[index]).exp()
                adv = advantage[index]
                adv = (adv - adv.mean()) / (adv.std() + 1e-8)
                pg_loss = torch.max(-adv * ratio, -adv * ratio.clamp(1 - args.clip, 1 + args.clip)).mean()
                v_loss = 0.5 * (agent.value(obs[index]) - returns[index]).pow(2).mean()
                loss = pg_loss + args.vf_coef * v_loss - args.ent_coef * dist.entropy().mean()
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(agent.parameters(), args.max_grad_norm)
                optimizer.step()
        if iteration % 8 == 0:
            print(f"iteration {iteration} reward {mean_reward:.3f} std {agent.actor_logstd.exp().item():.3f}")

    agent.eval()
    test_env = Trolley(200)
    obs, total = test_env.reset(), 0.0
    with torch.no_grad():
        for t in range(40):
            obs, reward = test_env.step(agent.policy(obs).mean)
            if t >= 20:
                total += reward.mean().item() / 20
    print(f"METRIC late_reward {total:.4f}")


main(Args())
