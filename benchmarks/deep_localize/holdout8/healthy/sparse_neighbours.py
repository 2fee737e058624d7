"""Skip-gram with negative samples on walks in a graph of communities: sparse gradients, SparseAdam."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)

N, GROUPS = 400, 8
group = rng.integers(0, GROUPS, N)
members = [np.flatnonzero(group == g) for g in range(GROUPS)]
neighbours = [np.concatenate([rng.choice(members[group[v]], 8), rng.integers(0, N, 2)]) for v in range(N)]


def walk_pairs(n_walks, length=8, window=2):
    pairs = []
    for v in rng.integers(0, N, n_walks):
        walk = [v]
        for _ in range(length - 1):
            walk.append(neighbours[walk[-1]][rng.integers(0, 10)])
        for i in range(length):
            for j in range(max(0, i - window), min(length, i + window + 1)):
                if i != j:
                    pairs.append((walk[i], walk[j]))
    return torch.tensor(np.array(pairs))


class SkipGram(nn.Module):
    def __init__(self, dim=24):
        super().__init__()
        self.center = nn.Embedding(N, dim, sparse=True)
        self.context = nn.Embedding(N, dim, sparse=True)
        nn.init.uniform_(self.center.weight, -0.5 / dim, 0.5 / dim)
        nn.init.zeros_(self.context.weight)

    def forward(self, u, v, negatives):
        cu = self.center(u)
        positive = (cu * self.context(v)).sum(-1)
        negative = torch.einsum("bd,bkd->bk", cu, self.context(negatives))
        return -(F.logsigmoid(positive) + F.logsigmoid(-negative).sum(-1)).mean()


model = SkipGram()
optimizer = torch.optim.SparseAdam(list(model.parameters()), lr=0.02)
pairs = walk_pairs(1500)
print(len(pairs), "pairs")
for epoch in range(5):
    for batch in pairs[torch.randperm(len(pairs))].split(512):
        loss = model(batch[:, 0], batch[:, 1], torch.randint(0, N, (len(batch), 5)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")

with torch.no_grad():
    vectors = F.normalize(model.center.weight, dim=1)
    similarity = vectors @ vectors.T
    similarity.fill_diagonal_(-2)
    nearest = similarity.topk(5, dim=1).indices
    label = torch.as_tensor(group)
    precision = (label[nearest] == label[:, None]).float().mean().item()
print("METRIC precision_at_5", precision)
