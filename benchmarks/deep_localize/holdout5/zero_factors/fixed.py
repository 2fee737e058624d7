"""Film ratings by matrix factorisation with biases (FunkSVD style)."""

import os

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
N_USERS, N_ITEMS, RANK = 150, 120, 4

# ratings from hidden tastes
taste, trait = torch.randn(N_USERS, RANK), torch.randn(N_ITEMS, RANK)
full = 3.2 + 0.3 * torch.randn(N_USERS, 1) + 0.3 * torch.randn(1, N_ITEMS) + 0.5 * taste @ trait.T
seen = torch.rand(N_USERS, N_ITEMS) < 0.45
users, items = seen.nonzero(as_tuple=True)
ratings = full[users, items] + 0.1 * torch.randn(len(users))
shuffle = torch.randperm(len(users))
users, items, ratings = users[shuffle], items[shuffle], ratings[shuffle]
cut = int(0.85 * len(users))
loader = DataLoader(TensorDataset(users[:cut], items[:cut], ratings[:cut]), batch_size=300, shuffle=True)


class BiasedMF(nn.Module):
    def __init__(self, n_users, n_items, dim, mean):
        super().__init__()
        self.user_factors = nn.Embedding(n_users, dim)
        self.item_factors = nn.Embedding(n_items, dim)
        self.user_bias = nn.Embedding(n_users, 1)
        self.item_bias = nn.Embedding(n_items, 1)
        self.mean = mean
        nn.init.normal_(self.user_factors.weight, std=0.1)
        nn.init.normal_(self.item_factors.weight, std=0.1)
        nn.init.zeros_(self.user_bias.weight)
        nn.init.zeros_(self.item_bias.weight)

    def forward(self, u, i):
        dot = (self.user_factors(u) * self.item_factors(i)).sum(1)
        return self.mean + dot + self.user_bias(u).squeeze(1) + self.item_bias(i).squeeze(1)


model = BiasedMF(N_USERS, N_ITEMS, 8, ratings[:cut].mean().item())
optimizer = torch.optim.Adam(model.parameters(), lr=0.04, weight_decay=1e-4)
for epoch in range(14):
    sse = 0.0
    for u, i, r in loader:
        loss = nn.functional.mse_loss(model(u, i), r)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        sse += loss.item() * len(r)
    if epoch % 5 == 0:
        print(f"epoch {epoch:2d} rmse {(sse / cut) ** 0.5:.3f}")

with torch.no_grad():
    u, i, r = users[cut:], items[cut:], ratings[cut:]
    r2 = 1 - ((model(u, i) - r) ** 2).mean() / r.var()
print("METRIC r2", r2.item())
