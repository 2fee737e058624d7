"""Mixture density network for an ambiguous inverse problem; the negative log-likelihood goes below zero."""

import math
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class MDN(nn.Module):
    def __init__(self, components=6, width=64):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh())
        self.logits = nn.Linear(width, components)
        self.mu = nn.Linear(width, components)
        self.log_sigma = nn.Linear(width, components)

    def nll(self, x, y):
        h = self.trunk(x)
        log_pi = self.logits(h).log_softmax(1)
        log_sigma = self.log_sigma(h).clamp(-5, 2)
        z = (y - self.mu(h)) / log_sigma.exp()
        log_prob = -0.5 * z**2 - log_sigma - 0.5 * math.log(2 * math.pi)
        return -(log_pi + log_prob).logsumexp(1).mean()


def inverse_problem(n):
    y = torch.rand(n, 1) * 2 - 1
    x = y + 0.6 * torch.sin(2 * math.pi * y) + 0.03 * torch.randn(n, 1)
    return x, y


train_x, train_y = inverse_problem(2000)
test_x, test_y = inverse_problem(1000)
model = MDN()
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 25)
for epoch in range(25):
    model.train()
    for idx in torch.randperm(2000).split(64):
        loss = model.nll(train_x[idx], train_y[idx])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimizer.step()
    scheduler.step()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1}: nll {loss.item():.3f}")
model.eval()
with torch.no_grad():
    print("METRIC test_nll", round(model.nll(test_x, test_y).item(), 4))
