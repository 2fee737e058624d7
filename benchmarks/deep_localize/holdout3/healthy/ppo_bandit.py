import os

import numpy as np
import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


class ContextEnv:
    """Six contexts, four buttons; the right one is a fixed function of the context."""

    def __init__(self, n=64):
        self.n, self.right = n, torch.tensor([2, 0, 3, 1, 1, 2])

    def observe(self):
        self.context = torch.randint(0, 6, (self.n,))
        return nn.functional.one_hot(self.context, 6).float()

    def reward(self, action):
        return (action == self.right[self.context]).float()


actor = nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 4))
critic = nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 1))
nn.init.orthogonal_(actor[2].weight, 0.01)
optimizer = torch.optim.Adam(
    [{"params": actor.parameters(), "lr": 1e-2}, {"params": critic.parameters(), "lr": 1e-2}], eps=1e-5
)
env, clip, entropy_coef = ContextEnv(), 0.2, 0.01
rewards = []
for update in range(40):
    with torch.no_grad():
        obs = env.observe()
        dist = Categorical(logits=actor(obs))
        action = dist.sample()
        old_logp = dist.log_prob(action)
        reward = env.reward(action)
        advantage = reward - critic(obs).squeeze(-1)
        advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
    rewards.append(reward.mean().item())
    for _ in range(5):
        dist = Categorical(logits=actor(obs))
        ratio = (dist.log_prob(action) - old_logp).exp()
        surrogate = torch.min(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage)
        value_loss = (critic(obs).squeeze(-1) - reward).pow(2).mean()
        loss = -surrogate.mean() + 0.5 * value_loss - entropy_coef * dist.entropy().mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(list(actor.parameters()) + list(critic.parameters()), 0.5)
        optimizer.step()
    if update % 10 == 0:
        print(update, "reward", rewards[-1], "loss", loss.item())
print("METRIC mean_reward", float(np.mean(rewards[-5:])))
