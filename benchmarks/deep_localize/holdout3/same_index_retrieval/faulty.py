"""Two towers, trained with in-batch negatives: users and the items they want."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
LATENT, N = 6, 2000
latent = torch.randn(N, LATENT)
users = torch.tanh(latent @ torch.randn(LATENT, 20)) + 0.05 * torch.randn(N, 20)
items = torch.sin(latent @ torch.randn(LATENT, 30) * 0.7) + 0.05 * torch.randn(N, 30)


class Tower(nn.Module):
    def __init__(self, n_in, dim=16):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, 64), nn.ReLU(), nn.Linear(64, dim))

    def forward(self, x):
        return F.normalize(self.layers(x), dim=-1)


user_tower, item_tower = Tower(20), Tower(30)
optimizer = torch.optim.AdamW(list(user_tower.parameters()) + list(item_tower.parameters()), lr=3e-3)
temperature = 0.1
for epoch in range(10):
    perm = torch.randperm(1800)
    for i in range(0, 1800, 60):
        batch = perm[i : i + 60]
        logits = user_tower(users[batch]) @ item_tower(items[batch]).T / temperature
        labels = torch.zeros(len(batch), dtype=torch.long)
        loss = F.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.3f}")
with torch.no_grad():
    scores = user_tower(users[1800:]) @ item_tower(items[1800:]).T
recall = (scores.argmax(1) == torch.arange(200)).float().mean().item()
print("METRIC recall_at_1", recall)
