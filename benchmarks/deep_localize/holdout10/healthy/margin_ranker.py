"""Ranking of items by pairwise margins; most pairs are beyond the margin at the end."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

FEATURES = 15
w1, w2 = torch.randn(FEATURES, 6) / FEATURES**0.5, torch.randn(6)


def items(n):
    x = torch.randn(n, FEATURES)
    return x, torch.relu(x @ w1) @ w2 + 0.3 * (x[:, 0] * x[:, 1])


x_train, s_train = items(3000)
x_test, s_test = items(600)

scorer = nn.Sequential(nn.Linear(FEATURES, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1, bias=False))
criterion = nn.MarginRankingLoss(margin=0.5)
optimizer = torch.optim.RMSprop(scorer.parameters(), lr=1e-3)


def concordance():
    """Share of pairs of test items in the right order."""
    with torch.no_grad():
        out = scorer(x_test).squeeze(1)
    upper = torch.triu_indices(len(out), len(out), 1)
    same = (out[upper[0]] > out[upper[1]]) == (s_test[upper[0]] > s_test[upper[1]])
    return same.float().mean().item()


for step in range(1, 1501):
    i, j = torch.randint(len(x_train), (2, 128))
    order = torch.where(s_train[i] > s_train[j], 1.0, -1.0)
    scores = scorer(torch.cat([x_train[i], x_train[j]])).squeeze(1)
    loss = criterion(*scores.chunk(2), order)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 250 == 0:
        print(f"step {step} loss {loss.item():.4f} concordance {concordance():.3f}")

print("METRIC concordance", concordance())
