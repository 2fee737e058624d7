"""Neural recommender; weight decay for matrices only, as parameter groups."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

USERS, ITEMS, RANK = 200, 120, 3
user_taste = torch.randn(USERS, RANK)
item_trait = torch.randn(ITEMS, RANK)
item_quality = 0.4 * torch.randn(ITEMS)


def ratings(n):
    u, i = torch.randint(USERS, (n,)), torch.randint(ITEMS, (n,))
    r = 3 + (user_taste[u] * item_trait[i]).sum(1) * 0.6 + item_quality[i] + 0.2 * torch.randn(n)
    return u, i, r


u_train, i_train, r_train = ratings(12000)
u_test, i_test, r_test = ratings(2000)


class NeuralMF(nn.Module):
    def __init__(self, dim=8):
        super().__init__()
        self.user = nn.Embedding(USERS, dim)
        self.item = nn.Embedding(ITEMS, dim)
        nn.init.normal_(self.user.weight, std=0.1)
        nn.init.normal_(self.item.weight, std=0.1)
        self.hidden = nn.Linear(3 * dim, 32)
        self.norm = nn.LayerNorm(32)
        self.rating = nn.Linear(32, 1)

    def forward(self, u, i):
        p, q = self.user(u), self.item(i)
        h = torch.cat([p, q, p * q], dim=1)
        h = torch.relu(self.norm(self.hidden(h)))
        return 3 + self.rating(h).squeeze(1)


def parameter_groups(model, weight_decay):
    """Decay for matrices, none for biases and norms."""
    decay, no_decay = [], []
    for module in model.modules():
        if isinstance(module, nn.Linear):
            decay.append(module.weight)
            no_decay.append(module.bias)
        elif isinstance(module, nn.LayerNorm):
            no_decay += [module.weight, module.bias]
        elif isinstance(module, nn.Embedding):
            no_decay.append(module.weight)
    return [{"params": decay, "weight_decay": weight_decay}, {"params": no_decay, "weight_decay": 0.0}]


model = NeuralMF()
optimizer = torch.optim.AdamW(parameter_groups(model, 0.01), lr=5e-3)
criterion = nn.MSELoss()


def test_r2():
    model.eval()
    with torch.no_grad():
        error = (model(u_test, i_test) - r_test).square().mean()
    model.train()
    return 1 - (error / r_test.var()).item()


for epoch in range(12):
    total = 0.0
    for idx in torch.randperm(len(r_train)).split(256):
        optimizer.zero_grad()
        loss = criterion(model(u_train[idx], i_train[idx]), r_train[idx])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(idx)
    print(f"epoch {epoch} train mse {total / len(r_train):.4f} test r2 {test_r2():.3f}")

print("METRIC r2", test_r2())
