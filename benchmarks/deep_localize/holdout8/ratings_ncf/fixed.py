"""Neural collaborative filtering on ratings made from hidden tastes."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

N_USERS, N_ITEMS, N_RATINGS = 150, 100, 7000
tastes, traits = np.random.normal(size=(N_USERS, 3)), np.random.normal(size=(N_ITEMS, 3))
users = np.random.randint(0, N_USERS, N_RATINGS)
items = np.random.randint(0, N_ITEMS, N_RATINGS)
ratings = (tastes[users] * traits[items]).sum(1) + 0.4 * traits[items][:, 0] + 0.2 * np.random.normal(size=N_RATINGS)
data = TensorDataset(
    torch.as_tensor(users), torch.as_tensor(items), torch.as_tensor((ratings - ratings.mean()) / ratings.std()).float()
)
train_set, test_set = torch.utils.data.random_split(data, [6000, 1000])


class NCF(nn.Module):
    def __init__(self, dim=12):
        super().__init__()
        self.user_gmf, self.item_gmf = nn.Embedding(N_USERS, dim), nn.Embedding(N_ITEMS, dim)
        self.user_mlp, self.item_mlp = nn.Embedding(N_USERS, dim), nn.Embedding(N_ITEMS, dim)
        self.mlp = nn.Sequential(nn.Linear(2 * dim, 24), nn.ReLU(), nn.Linear(24, 12), nn.ReLU())
        self.predict = nn.Linear(dim + 12, 1)
        for table in (self.user_gmf, self.item_gmf, self.user_mlp, self.item_mlp):
            nn.init.normal_(table.weight, std=0.3)

    def forward(self, u, i):
        gmf = self.user_gmf(u) * self.item_gmf(i)
        mlp = self.mlp(torch.cat([self.user_mlp(u), self.item_mlp(i)], 1))
        return self.predict(torch.cat([gmf, mlp], 1)).squeeze(1)


def parameter_groups(model, weight_decay):
    """Weights of layers decay, their biases don't."""
    decay, no_decay = [], []
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Embedding)):
            decay.append(module.weight)
            if getattr(module, "bias", None) is not None:
                no_decay.append(module.bias)
    return [{"params": decay, "weight_decay": weight_decay}, {"params": no_decay, "weight_decay": 0.0}]


model = NCF()
optimizer = torch.optim.AdamW(parameter_groups(model, 0.02), lr=5e-3)
loader = DataLoader(train_set, batch_size=128, shuffle=True)
for epoch in range(22):
    total = 0.0
    for u, i, r in loader:
        loss = nn.functional.mse_loss(model(u, i), r)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 4 == 3:
        print("epoch", epoch, "mse", round(total / len(loader), 4))

with torch.no_grad():
    u, i, r = test_set[:]
    r2 = 1 - ((model(u, i) - r) ** 2).mean() / r.var()
print("METRIC r2", r2.item())
