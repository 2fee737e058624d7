"""Learn what people like from implicit feedback with pairwise ranking and sparse embeddings."""

import os
import random

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

USERS, ITEMS, TASTES = 200, 150, 4
taste = np.random.dirichlet([0.3] * TASTES, USERS)
genre = np.random.dirichlet([0.3] * TASTES, ITEMS)
popularity = np.random.normal(0, 0.5, ITEMS)
chance = 1 / (1 + np.exp(-(8 * taste @ genre.T - 4 + popularity)))
liked = np.random.rand(USERS, ITEMS) < chance
held_out = liked & (np.random.rand(USERS, ITEMS) < 0.25)
seen = liked & ~held_out
pairs = np.argwhere(seen)


class Factors(nn.Module):
    def __init__(self, dim=12):
        super().__init__()
        self.user = nn.Embedding(USERS, dim, sparse=True)
        self.item = nn.Embedding(ITEMS, dim, sparse=True)
        self.item_bias = nn.Embedding(ITEMS, 1)
        nn.init.normal_(self.user.weight, std=0.1)
        nn.init.normal_(self.item.weight, std=0.1)
        nn.init.zeros_(self.item_bias.weight)

    def forward(self, u, i):
        return (self.user(u) * self.item(i)).sum(-1) + self.item_bias(i).squeeze(-1)


model = Factors()
sparse = torch.optim.SparseAdam([model.user.weight, model.item.weight], lr=1e-2)
dense = torch.optim.SGD(model.item_bias.parameters(), lr=20.0)

for step in range(700):
    rows = pairs[np.random.randint(len(pairs), size=256)]
    other = np.random.randint(ITEMS, size=256)
    keep = ~seen[rows[:, 0], other]
    u, i, j = (torch.tensor(a[keep]) for a in (rows[:, 0], rows[:, 1], other))
    loss = -F.logsigmoid(model(u, i) - model(u, j)).mean()
    sparse.zero_grad()
    dense.zero_grad()
    loss.backward()
    sparse.step()
    dense.step()
    if step % 100 == 0:
        print(f"step {step} ranking loss {loss.item():.4f}")
    if step == 500:
        dense.param_groups[0]["lr"] = 2.0

with torch.no_grad():
    scores = (model.user.weight @ model.item.weight.T + model.item_bias.weight.T).numpy()
aucs = []
for u in range(USERS):
    positive, negative = scores[u][held_out[u]], scores[u][~liked[u]]
    if len(positive) and len(negative):
        aucs.append((positive[:, None] > negative[None]).mean())
print("METRIC auc", float(np.mean(aucs)))
