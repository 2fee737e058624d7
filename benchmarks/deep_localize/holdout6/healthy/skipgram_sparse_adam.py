"""Skip-gram with negative sampling: sparse gradients, SparseAdam, most rows untouched in a step."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)

WORDS, GROUPS = 400, 8
group_of = rng.integers(0, GROUPS, WORDS)
members = [np.flatnonzero(group_of == g) for g in range(GROUPS)]
walk = []
for _ in range(900):
    g = rng.integers(GROUPS)
    walk.append(np.where(rng.random(12) < 0.85, rng.choice(members[g], 12), rng.integers(0, WORDS, 12)))
pairs = [(s[i], s[j]) for s in walk for i in range(12) for j in range(max(0, i - 2), min(12, i + 3)) if i != j]
pairs = torch.tensor(np.array(pairs))


class SkipGram(nn.Module):
    def __init__(self, dim=24):
        super().__init__()
        self.center = nn.Embedding(WORDS, dim, sparse=True)
        self.context = nn.Embedding(WORDS, dim, sparse=True)
        nn.init.uniform_(self.center.weight, -0.5 / dim, 0.5 / dim)
        nn.init.zeros_(self.context.weight)

    def forward(self, center, positive, negative):
        c = self.center(center)
        pos = (c * self.context(positive)).sum(1)
        neg = torch.einsum("bd,bkd->bk", c, self.context(negative))
        return -(F.logsigmoid(pos) + F.logsigmoid(-neg).sum(1)).mean()


model = SkipGram()
optimizer = torch.optim.SparseAdam(model.parameters(), lr=0.01)
for epoch in range(4):
    total = 0.0
    batches = torch.randperm(len(pairs)).split(128)
    for idx in batches:
        batch = pairs[idx]
        loss = model(batch[:, 0], batch[:, 1], torch.randint(WORDS, (len(batch), 4)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total / len(batches):.3f}")

vectors = F.normalize(model.center.weight.detach(), dim=1)
similarity = vectors @ vectors.t() - 2 * torch.eye(WORDS)
neighbours = similarity.topk(5, dim=1).indices
group = torch.tensor(group_of)
print("METRIC same_group", (group[neighbours] == group[:, None]).float().mean().item())
