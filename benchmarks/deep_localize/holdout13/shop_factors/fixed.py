"""Logistic matrix factorization of implicit feedback with sampled negatives."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

USERS, ITEMS, TASTES, FACTORS = 200, 150, 5, 8


def interactions():
    """Users mostly buy items of their own taste."""
    user_taste, item_taste = torch.randint(0, TASTES, (USERS,)), torch.randint(0, TASTES, (ITEMS,))
    prob = torch.where(user_taste[:, None] == item_taste[None], 0.6, 0.03)
    bought = torch.rand(USERS, ITEMS) < prob
    pairs = bought.nonzero()
    pairs = pairs[torch.randperm(len(pairs))]
    cut = int(0.8 * len(pairs))
    return pairs[:cut], pairs[cut:]


class LMF(nn.Module):
    def __init__(self):
        super().__init__()
        self.user_vectors = nn.Embedding(USERS, FACTORS)
        self.item_vectors = nn.Embedding(ITEMS, FACTORS)
        self.item_bias = nn.Embedding(ITEMS, 1)
        nn.init.normal_(self.user_vectors.weight, std=0.1)
        nn.init.normal_(self.item_vectors.weight, std=0.1)
        nn.init.zeros_(self.item_bias.weight)

    def forward(self, users, items):
        dot = (self.user_vectors(users) * self.item_vectors(items)).sum(-1)
        return dot + self.item_bias(items).squeeze(-1)

    def recommend_scores(self):
        return self.user_vectors.weight @ self.item_vectors.weight.T + self.item_bias.weight.T


def sample_negatives(model, seen, users, per_positive=3):
    n_items = model.item_vectors.weight.shape[0]
    users = users.repeat_interleave(per_positive)
    items = torch.randint(0, n_items, (len(users),))
    keep = ~seen[users, items]
    return users[keep], items[keep]


train, test = interactions()
seen = torch.zeros(USERS, ITEMS, dtype=torch.bool)
seen[train[:, 0], train[:, 1]] = True
model = LMF()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)

for epoch in range(12):
    total = 0.0
    for index in torch.randperm(len(train)).split(128):
        users, items = train[index].T
        neg_users, neg_items = sample_negatives(model, seen, users)
        positive, negative = model(users, items), model(neg_users, neg_items)
        loss = F.softplus(-positive).mean() + F.softplus(negative).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total:.3f}")

with torch.no_grad():
    scores = model.recommend_scores().masked_fill(seen, float("-inf"))
    top = scores.topk(10, dim=1).indices
    wanted = torch.zeros(USERS, ITEMS, dtype=torch.bool)
    wanted[test[:, 0], test[:, 1]] = True
    hits = wanted.gather(1, top).sum(1) / wanted.sum(1).clamp(1, 10)
print(f"METRIC recall_at_10 {hits.mean().item():.4f}")
