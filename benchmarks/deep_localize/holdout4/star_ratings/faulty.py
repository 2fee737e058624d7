import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

# one to five stars for a film, from what user and film are like
users, films, k = 80, 60, 5
U, M = np.random.randn(users, k), np.random.randn(films, k)
pairs = np.array([(u, m) for u in range(users) for m in range(films)])
np.random.shuffle(pairs)
score = (U[pairs[:, 0]] * M[pairs[:, 1]]).sum(1) / np.sqrt(k)
stars = np.clip(np.round(3 + score * 1.2), 1, 5)
X = torch.tensor(np.hstack([U[pairs[:, 0]] * M[pairs[:, 1]], U[pairs[:, 0]]]), dtype=torch.float32)
Y = torch.tensor(stars, dtype=torch.float32)


class RatingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2 * k, 32)
        self.out = nn.Linear(32, 1)

    def forward(self, x):
        y = 3 + self.out(F.relu(self.hidden(x))).squeeze(1)
        return torch.round(y)


model = RatingNet()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(6):
    for i in range(0, 4000, 50):
        loss = F.mse_loss(model(X[i : i + 50]), Y[i : i + 50])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "loss", loss.item())
with torch.no_grad():
    error = (model(X[4000:]).round() - Y[4000:]).abs().mean().item()
print("METRIC error", error)
