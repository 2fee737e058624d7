"""Advantage actor-critic on Catch: move the paddle under the falling ball. Reward only at the end of an episode."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

ROWS, COLS, N_ENVS, GAMMA = 6, 5, 32, 0.95


class Catch:
    def __init__(self, n):
        self.n = n
        self.row = torch.zeros(n, dtype=torch.long)
        self.ball = torch.randint(0, COLS, (n,))
        self.paddle = torch.full((n,), COLS // 2)

    def observe(self):
        board = torch.zeros(self.n, ROWS, COLS)
        i = torch.arange(self.n)
        board[i, self.row, self.ball] = 1
        board[i, ROWS - 1, self.paddle] = 1
        return board.flatten(1)

    def step(self, action):
        self.paddle = (self.paddle + action - 1).clamp(0, COLS - 1)
        self.row = self.row + 1
        done = self.row == ROWS - 1
        reward = torch.where(done, torch.where(self.ball == self.paddle, 1.0, -1.0), 0.0)
        self.row[done] = 0
        self.ball[done] = torch.randint(0, COLS, (int(done.sum()),))
        self.paddle[done] = COLS // 2
        return self.observe(), reward, done.float()


class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(ROWS * COLS, 64), nn.ReLU())
        self.pi = nn.Linear(64, 3)
        self.v = nn.Linear(64, 1)

    def forward(self, x):
        h = self.trunk(x)
        return torch.distributions.Categorical(logits=self.pi(h)), self.v(h).squeeze(-1)


env, agent = Catch(N_ENVS), Agent()
optimizer = torch.optim.RMSprop(agent.parameters(), lr=3e-3, alpha=0.99, eps=1e-5)
obs = env.observe()
history = []

for update in range(1, 351):
    log_probs, values, rewards, dones, entropies = [], [], [], [], []
    for _ in range(5):
        dist, value = agent(obs)
        action = dist.sample()
        obs, reward, done = env.step(action)
        log_probs.append(dist.log_prob(action))
        values.append(value)
        entropies.append(dist.entropy())
        rewards.append(reward)
        dones.append(done)
        history += reward[done.bool()].tolist()
    with torch.no_grad():
        ret = agent(obs)[1]
    returns = []
    for reward, done in zip(reversed(rewards), reversed(dones)):
        ret = reward + GAMMA * (1 - done) * ret
        returns.insert(0, ret)
    returns, values = torch.stack(returns), torch.stack(values)
    advantage = returns - values
    policy_loss = -(torch.stack(log_probs) * advantage.detach()).mean()
    value_loss = F.mse_loss(values, returns)
    loss = policy_loss + 0.5 * value_loss - 0.01 * torch.stack(entropies).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
    optimizer.step()
    if update % 70 == 0:
        print(f"update {update} mean reward of the last 200 episodes {sum(history[-200:]) / 200:.3f}")

print(f"METRIC mean_reward {sum(history[-300:]) / 300:.3f}")
