"""PPO with a Gaussian policy: a point on the plane has to be steered to its target; actor and critic are apart."""

import os

import torch
import torch.nn as nn
from torch.distributions import Normal

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

N_ENVS, HORIZON, GAMMA, LAM, CLIP = 32, 16, 0.95, 0.9, 0.2


class Actor(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 48), nn.Tanh(), nn.Linear(48, 2))
        self.log_std = nn.Parameter(torch.full((2,), -0.3))
        nn.init.orthogonal_(self.net[-1].weight, 0.01)

    def forward(self, obs):
        return Normal(self.net(obs), self.log_std.exp())


def reset(n):
    return torch.cat([torch.rand(n, 2) * 2 - 1, torch.rand(n, 2) * 2 - 1], 1)


def act(state, action):
    place = (state[:, :2] + 0.3 * action.clamp(-1, 1)).clamp(-1.5, 1.5)
    state = torch.cat([place, state[:, 2:]], 1)
    return state, -(place - state[:, 2:]).norm(dim=1)


def final_distance(actor, steps=16):
    state = reset(300)
    with torch.no_grad():
        for _ in range(steps):
            state, reward = act(state, actor(state).mean)
    return -reward.mean().item()


actor, critic = Actor(), nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 1))
opt_actor = torch.optim.Adam(actor.parameters(), lr=4e-3)
opt_critic = torch.optim.Adam(critic.parameters(), lr=8e-3)

for iteration in range(30):
    state = reset(N_ENVS)
    states, actions, logps, rewards, values = [], [], [], [], []
    with torch.no_grad():
        for _ in range(HORIZON):
            dist = actor(state)
            action = dist.sample()
            states.append(state)
            actions.append(action)
            logps.append(dist.log_prob(action).sum(-1))
            values.append(critic(state).squeeze(-1))
            state, reward = act(state, action)
            rewards.append(reward)
        values.append(critic(state).squeeze(-1))
        advantage, advantages = torch.zeros(N_ENVS), []
        for t in reversed(range(HORIZON)):
            delta = rewards[t] + GAMMA * values[t + 1] - values[t]
            advantage = delta + GAMMA * LAM * advantage
            advantages.insert(0, advantage)
    advantages = torch.cat(advantages)
    returns = advantages + torch.cat(values[:-1])
    states, actions, logps = torch.cat(states), torch.cat(actions), torch.cat(logps)
    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    for _ in range(4):
        for idx in torch.randperm(len(states)).split(128):
            dist = actor(states[idx])
            ratio = (dist.log_prob(actions[idx]).sum(-1) - logps[idx]).exp()
            surrogate = torch.min(ratio * advantages[idx], ratio.clamp(1 - CLIP, 1 + CLIP) * advantages[idx])
            policy_loss = -surrogate.mean() - 0.002 * dist.entropy().sum(-1).mean()
            opt_actor.zero_grad()
            policy_loss.backward()
            nn.utils.clip_grad_norm_(actor.parameters(), 0.5)
            opt_actor.step()
            value_loss = (critic(states[idx]).squeeze(-1) - returns[idx]).pow(2).mean()
            opt_critic.zero_grad()
            value_loss.backward()
            opt_critic.step()
    if iteration % 6 == 5:
        print(f"iteration {iteration + 1} reward {torch.stack(rewards).mean():.3f} value loss {value_loss.item():.3f}")

print("METRIC final_distance", final_distance(actor))
