"""Matrix factorisation of film ratings: SparseAdam for embeddings, SGD for the biases."""

import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

USERS, ITEMS, RANK = 200, 150, 8


def ratings(n):
    u_true, i_true = np.random.randn(USERS, 3), np.random.randn(ITEMS, 3)
    u_bias, i_bias = np.random.randn(USERS) * 0.3, np.random.randn(ITEMS) * 0.4
    u, i = np.random.randint(0, USERS, n), np.random.randint(0, ITEMS, n)
    r = 3.5 + u_bias[u] + i_bias[i] + 0.5 * (u_true[u] * i_true[i]).sum(1) + 0.2 * np.random.randn(n)
    return torch.tensor(u), torch.tensor(i), torch.tensor(r, dtype=torch.float32)


class MF(nn.Module):
    def __init__(self):
        super().__init__()
        self.user = nn.Embedding(USERS, RANK, sparse=True)
        self.item = nn.Embedding(ITEMS, RANK, sparse=True)
        self.user_bias = nn.Parameter(torch.zeros(USERS))
        self.item_bias = nn.Parameter(torch.zeros(ITEMS))
        self.mean = nn.Parameter(torch.tensor(3.0))
        nn.init.normal_(self.user.weight, std=0.1)
        nn.init.normal_(self.item.weight, std=0.1)

    def forward(self, u, i):
        return self.mean + self.user_bias[u] + self.item_bias[i] + (self.user(u) * self.item(i)).sum(1)


u, i, r = ratings(12000)
train, test = slice(0, 10000), slice(10000, None)
model = MF()
sparse_opt = torch.optim.SparseAdam([model.user.weight, model.item.weight], lr=0.01)
dense_opt = torch.optim.SGD(
    [{"params": [model.user_bias, model.item_bias], "lr": 4.0}, {"params": [model.mean]}],
    lr=0.1,
)
lowering = torch.optim.lr_scheduler.MultiStepLR(sparse_opt, [10], gamma=0.2)

for epoch in range(14):
    losses = []
    for idx in torch.randperm(10000).split(200):
        predicted = model(u[train][idx], i[train][idx])
        penalty = (model.user(u[train][idx]) ** 2 + model.item(i[train][idx]) ** 2).sum(1).mean()
        error = ((predicted - r[train][idx]) ** 2).mean()
        loss = error + 0.01 * penalty
        sparse_opt.zero_grad()
        dense_opt.zero_grad()
        loss.backward()
        sparse_opt.step()
        dense_opt.step()
        losses.append(error.item())
    lowering.step()
    print(f"epoch {epoch + 1} train rmse {np.sqrt(np.mean(losses)):.4f}")

with torch.no_grad():
    rmse = (model(u[test], i[test]) - r[test]).pow(2).mean().sqrt().item()
print("METRIC test_rmse", rmse)
