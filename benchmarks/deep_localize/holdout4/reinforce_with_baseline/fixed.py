# REINFORCE with a learned baseline on a contextual bandit
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

N_CONTEXT, N_ACTION, BATCH = 30, 8, 64
best = torch.randint(0, N_ACTION, (N_CONTEXT,))

policy = nn.Sequential(nn.Linear(N_CONTEXT, 32), nn.ReLU(), nn.Linear(32, N_ACTION))
baseline = nn.Sequential(nn.Linear(N_CONTEXT, 32), nn.ReLU(), nn.Linear(32, 1))
policy_opt = torch.optim.Adam(policy.parameters(), lr=1e-2)
baseline_opt = torch.optim.Adam(baseline.parameters(), lr=1e-2)

history = []
for i in range(250):
    context = torch.randint(0, N_CONTEXT, (BATCH,))
    obs = F.one_hot(context, N_CONTEXT).float()
    dist = torch.distributions.Categorical(logits=policy(obs))
    action = dist.sample()
    reward = (action == best[context]).float() + 0.1 * torch.randn(BATCH)

    value = baseline(obs)
    value_loss = F.mse_loss(value.squeeze(1), reward)
    baseline_opt.zero_grad()
    value_loss.backward()
    baseline_opt.step()

    advantage = reward - value.detach().squeeze(1)
    policy_loss = -(dist.log_prob(action) * advantage).mean()
    policy_opt.zero_grad()
    policy_loss.backward()
    policy_opt.step()
    history.append(reward.mean().item())
    if i % 40 == 0:
        print(i, round(history[-1], 3), round(policy_loss.item(), 4))
print("METRIC mean_reward", sum(history[-20:]) / 20)
