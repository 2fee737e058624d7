# PPO on a corridor: start in the middle, treasure at the right end, a pit at the left
import os

import torch
import torch.nn as nn
from torch.distributions import Categorical

torch.manual_seed(int(os.environ.get("SEED", "0")))
LENGTH, ENVS, HORIZON, GAMMA, CLIP = 9, 16, 20, 0.95, 0.2


class Corridor:
    """ENVS corridors at once."""

    def reset(self):
        self.pos = torch.full((ENVS,), LENGTH // 2)
        self.done = torch.zeros(ENVS, dtype=torch.bool)
        return self.observe()

    def observe(self):
        return nn.functional.one_hot(self.pos, LENGTH).float()

    def step(self, action):
        move = torch.where(action == 1, 1, -1)
        self.pos = torch.where(self.done, self.pos, (self.pos + move).clamp(0, LENGTH - 1))
        reward = (self.pos == LENGTH - 1).float() - (self.pos == 0).float() - 0.02
        reward = torch.where(self.done, torch.zeros(ENVS), reward)
        alive = ~self.done
        self.done = self.done | (self.pos == LENGTH - 1) | (self.pos == 0)
        return self.observe(), reward, alive


def mlp(out):
    return nn.Sequential(nn.Linear(LENGTH, 32), nn.Tanh(), nn.Linear(32, out))


def rollout(env, actor):
    obs, states, actions, rewards, alive = env.reset(), [], [], [], []
    for _ in range(HORIZON):
        with torch.no_grad():
            a = Categorical(logits=actor(obs)).sample()
        nxt, r, ok = env.step(a)
        for store, item in ((states, obs), (actions, a), (rewards, r), (alive, ok)):
            store.append(item)
        obs = nxt
    returns, g = [], torch.zeros(ENVS)
    for r in reversed(rewards):
        g = r + GAMMA * g
        returns.insert(0, g)
    keep = torch.stack(alive).flatten()
    flat = [torch.stack(s).flatten(0, 1)[keep] for s in (states, actions, returns)]
    return *flat, torch.stack(rewards).sum(0).mean().item()


env, policy, critic = Corridor(), mlp(2), mlp(1)
old_policy = policy
optimizer = torch.optim.Adam([{"params": policy.parameters(), "lr": 5e-3}, {"params": critic.parameters(), "lr": 1e-2}])
for iteration in range(30):
    states, actions, returns, score = rollout(env, old_policy)
    for _ in range(4):
        values = critic(states).squeeze(1)
        advantage = (returns - values).detach()
        advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
        dist = Categorical(logits=policy(states))
        old_dist = Categorical(logits=old_policy(states))
        ratio = torch.exp(dist.log_prob(actions) - old_dist.log_prob(actions))
        surrogate = torch.min(ratio * advantage, ratio.clamp(1 - CLIP, 1 + CLIP) * advantage)
        loss = -surrogate.mean() + 0.5 * (returns - values).pow(2).mean() - 0.001 * dist.entropy().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    old_policy.load_state_dict(policy.state_dict())
    if iteration % 5 == 0:
        print(f"iteration {iteration} return {score:.3f}")

print("METRIC mean_return", sum(rollout(env, policy)[3] for _ in range(10)) / 10)
