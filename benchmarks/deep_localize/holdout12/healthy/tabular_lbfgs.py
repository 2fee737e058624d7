"""Multinomial logistic regression fitted with L-BFGS on the full training set."""

import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

centres = 1.2 * torch.randn(4, 15)


def sample(n):
    y = torch.randint(0, 4, (n,))
    return centres[y] + torch.randn(n, 15), y


x, y = sample(600)
x_test, y_test = sample(400)
model = nn.Linear(15, 4)
nn.init.zeros_(model.weight)  # the problem is convex
nn.init.zeros_(model.bias)
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=5, history_size=10)


def closure():
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y) + 1e-3 * model.weight.pow(2).sum()
    loss.backward()
    return loss


for it in range(60):
    loss = optimizer.step(closure)
    if it % 15 == 0:
        print(f"iteration {it} objective {loss.item():.5f}")

with torch.no_grad():
    acc = (model(x_test).argmax(1) == y_test).float().mean().item()
print(f"METRIC test_accuracy {acc:.4f}")
