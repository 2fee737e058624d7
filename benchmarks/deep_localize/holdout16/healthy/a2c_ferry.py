"""Advantage actor-critic with n-step returns on a windy 5x5 lake, sixteen boats at a time."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

SIZE, BOATS, N_STEP, GAMMA = 5, 16, 8, 0.95
MOVES = torch.tensor([[1, 0], [-1, 0], [0, 1], [0, -1]])
GOAL = torch.tensor([4, 4])


class Lake:
    def __init__(self, n):
        self.n = n
        self.pos = self.fresh()
        self.t = torch.zeros(n, dtype=torch.long)

    def fresh(self):
        pos = torch.randint(0, SIZE, (self.n, 2))
        pos[(pos == GOAL).all(1)] = 0
        return pos

    def observe(self, pos):
        return F.one_hot(pos[:, 0] * SIZE + pos[:, 1], SIZE * SIZE).float()

    def step(self, action):
        drift = (torch.rand(self.n, 1) < 0.1) * torch.tensor([[-1, 0]])
        self.pos = (self.pos + MOVES[action] + drift).clamp(0, SIZE - 1)
        self.t += 1
        done = (self.pos == GOAL).all(1)
        cut = (self.t >= 40) & ~done
        reward = torch.where(done, 1.0, -0.02)
        last = self.observe(self.pos)
        over = done | cut
        self.pos = torch.where(over.unsqueeze(1), self.fresh(), self.pos)
        self.t = torch.where(over, 0, self.t)
        return last, reward, done, cut


class ActorCritic(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.shared = nn.Sequential(nn.Linear(SIZE * SIZE, hidden), nn.ReLU())
        self.actor = nn.Linear(hidden, len(MOVES))
        self.critic = nn.Linear(hidden, 1)

    def forward(self, obs):
        h = self.shared(obs)
        return self.actor(h), self.critic(h).squeeze(-1)


lake, net = Lake(BOATS), ActorCritic()
optimizer = torch.optim.RMSprop(net.parameters(), lr=3e-3, alpha=0.99, eps=1e-5)

for update in range(300):
    log_probs, values, entropies, rewards, dones, cuts, cut_values = [], [], [], [], [], [], []
    for _ in range(N_STEP):
        logits, value = net(lake.observe(lake.pos))
        dist = torch.distributions.Categorical(logits=logits)
        action = dist.sample()
        last, reward, done, cut = lake.step(action)
        with torch.no_grad():
            cut_values.append(net(last)[1])
        log_probs.append(dist.log_prob(action))
        entropies.append(dist.entropy())
        values.append(value)
        rewards.append(reward)
        dones.append(done.float())
        cuts.append(cut.float())

    with torch.no_grad():
        running = net(lake.observe(lake.pos))[1]
    returns = []
    for t in reversed(range(N_STEP)):
        running = cuts[t] * cut_values[t] + (1 - cuts[t]) * running
        running = rewards[t] + GAMMA * (1 - dones[t]) * running
        returns.insert(0, running)
    returns, values = torch.stack(returns), torch.stack(values)
    advantage = (returns - values).detach()
    policy_loss = -(torch.stack(log_probs) * advantage).mean()
    value_loss = F.mse_loss(values, returns)
    loss = policy_loss + 0.5 * value_loss - 0.01 * torch.stack(entropies).mean()

    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 0.5)
    optimizer.step()
    if update % 50 == 0:
        print(
            f"update {update} policy {policy_loss.item():.3f} value {value_loss.item():.3f}"
            f" arrivals {torch.stack(dones).sum().item():.0f}"
        )

net.eval()
test_lake = Lake(200)
arrived, steps = torch.zeros(200, dtype=torch.bool), 0
with torch.no_grad():
    for _ in range(20):
        action = net(test_lake.observe(test_lake.pos))[0].argmax(1)
        arrived |= test_lake.step(action)[2]
print(f"METRIC arrival_rate {arrived.float().mean().item():.4f}")
