"""Actor-critic on a corridor with traps, several episodes per update."""

import os

import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

STATES, GOAL, ACTIONS, LIMIT = 5, 4, 3, 20
RIGHT_WAY = torch.randint(0, ACTIONS, (STATES,), generator=torch.Generator().manual_seed(SEED + 5)).tolist()


class Corridor:
    """In every cell one of three doors leads on; any other throws the agent back one cell."""

    def reset(self):
        self.cell, self.t = 0, 0
        return self.cell

    def step(self, action):
        self.cell = self.cell + 1 if action == RIGHT_WAY[self.cell] else max(self.cell - 1, 0)
        self.t += 1
        reached = self.cell == GOAL
        return self.cell, (1.0 if reached else -0.05), reached or self.t >= LIMIT


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(STATES, 32), nn.Tanh())
        self.actor = nn.Linear(32, ACTIONS)
        self.critic = nn.Linear(32, 1)

    def forward(self, state):
        x = self.body(nn.functional.one_hot(torch.tensor(state), STATES).float())
        return Categorical(logits=self.actor(x)), self.critic(x).squeeze(-1)


class Agent:
    def __init__(self, gamma=0.95, lr=1e-2):
        self.net = ActorCritic()
        self.gamma = gamma
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)

    def play(self, env):
        log_probs, values, rewards, entropies = [], [], [], []
        state, over = env.reset(), False
        while not over:
            policy, value = self.net(state)
            action = policy.sample()
            state, reward, over = env.step(action.item())
            log_probs.append(policy.log_prob(action))
            entropies.append(policy.entropy())
            values.append(value)
            rewards.append(reward)
        returns, running = [], 0.0
        for reward in reversed(rewards):
            running = reward + self.gamma * running
            returns.insert(0, running)
        return log_probs, values, returns, entropies, sum(rewards)

    def calc_loss(self, log_probs, values, returns, entropies):
        returns = torch.tensor(returns)
        values = torch.stack(values)
        log_probs = torch.tensor(log_probs)
        advantage = returns - values.detach()
        policy_loss = -(log_probs * advantage).mean()
        value_loss = nn.functional.mse_loss(values, returns)
        return policy_loss + 0.5 * value_loss - 0.003 * torch.stack(entropies).mean()

    def train(self, env, updates, episodes=3):
        for update in range(updates):
            log_probs, values, returns, entropies, scores = [], [], [], [], []
            for _ in range(episodes):
                lp, v, r, h, score = self.play(env)
                log_probs += lp
                values += v
                returns += r
                entropies += h
                scores.append(score)
            loss = self.calc_loss(log_probs, values, returns, entropies)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            if update % 40 == 0:
                print(f"update {update} loss {loss.item():.3f} score {sum(scores) / episodes:.2f}")


env = Corridor()
agent = Agent()
agent.train(env, 110)
with torch.no_grad():
    score = sum(agent.play(env)[-1] for _ in range(30)) / 30
print(f"METRIC score {score:.4f}")
