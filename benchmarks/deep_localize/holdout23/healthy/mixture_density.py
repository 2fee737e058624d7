"""A mixture density network learns the several branches of an inverse problem."""

import math
import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

K = 5


def inverse_data(n):
    y = torch.rand(n, 1)
    x = y + 0.3 * torch.sin(2 * math.pi * y) + 0.03 * torch.randn(n, 1)
    return x, y


class MDN(nn.Module):
    def __init__(self, hidden=48):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())
        self.pi = nn.Linear(hidden, K)
        self.mu = nn.Linear(hidden, K)
        self.sigma = nn.Linear(hidden, K)
        nn.init.uniform_(self.mu.bias, 0, 1)

    def forward(self, x):
        h = self.body(x)
        return F.log_softmax(self.pi(h), -1), self.mu(h), F.softplus(self.sigma(h)) + 2e-2


def nll(log_pi, mu, sigma, y):
    log_prob = -0.5 * ((y - mu) / sigma) ** 2 - sigma.log() - 0.5 * math.log(2 * math.pi)
    return -torch.logsumexp(log_pi + log_prob, dim=1).mean()


x, y = inverse_data(2000)
x_test, y_test = inverse_data(500)
model = MDN()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(40):
    for idx in torch.randperm(len(x)).split(125):
        optimizer.zero_grad()
        loss = nll(*model(x[idx]), y[idx])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
    if epoch % 8 == 7:
        with torch.no_grad():
            print(f"epoch {epoch + 1} train {loss.item():.3f} test {nll(*model(x_test), y_test).item():.3f}")

with torch.no_grad():
    print("METRIC test_nll", nll(*model(x_test), y_test).item())
