"""Matrix factorisation with the BPR loss on implicit feedback; AUC on held-out interactions."""

import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)

N_USERS, N_ITEMS, N_TASTES = 150, 120, 6


def make_interactions():
    taste = rng.integers(N_TASTES, size=N_USERS)
    kind = rng.integers(N_TASTES, size=N_ITEMS)
    p = np.where(taste[:, None] == kind[None, :], 0.7, 0.04)
    return rng.random((N_USERS, N_ITEMS)) < p


class MF(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.user_embedding = nn.Embedding(N_USERS, dim)
        self.item_embedding = nn.Embedding(N_ITEMS, dim)
        nn.init.normal_(self.user_embedding.weight, std=0.1)
        nn.init.normal_(self.item_embedding.weight, std=0.1)

    def forward(self, user, pos, neg, reg=1e-4):
        final_user = self.user_embedding(user)
        final_pos = self.item_embedding(pos)
        final_neg = self.item_embedding(neg)
        out = (final_user * final_pos).sum(1) - (final_user * final_neg).sum(1)
        penalty = final_user.pow(2).sum() + final_pos.pow(2).sum() + final_neg.pow(2).sum()
        return -F.logsigmoid(out).mean() + reg * penalty / len(user)

    def scores(self):
        return self.user_embedding.weight @ self.item_embedding.weight.T


seen = make_interactions()
held = seen & (rng.random(seen.shape) < 0.2)
train = seen & ~held
users, items = np.nonzero(train)
model = MF()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(30):
    order = rng.permutation(len(users))
    total = 0.0
    for part in np.array_split(order, max(1, len(order) // 128)):
        u, i = users[part], items[part]
        j = rng.integers(N_ITEMS, size=len(part))
        clash = train[u, j]
        while clash.any():
            j[clash] = rng.integers(N_ITEMS, size=clash.sum())
            clash = train[u, j]
        loss = model(torch.from_numpy(u), torch.from_numpy(i), torch.from_numpy(j))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(part)
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1:2d}  bpr {total / len(users):.4f}")

with torch.no_grad():
    scores = model.scores().numpy()
aucs = []
for u in range(N_USERS):
    pos, neg = scores[u][held[u]], scores[u][~seen[u]]
    if len(pos):
        aucs.append((pos[:, None] > neg[None, :]).mean())
print("METRIC auc", round(float(np.mean(aucs)), 4))
