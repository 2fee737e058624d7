import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

X, target = load_diabetes(return_X_y=True)
rng = np.random.default_rng(SEED)
score = X @ rng.normal(size=10) * 20 + 0.1 * rng.normal(size=len(X))
grade = np.digitize(score, np.quantile(score, [0.2, 0.4, 0.6, 0.8]))  # 0..4
X, grade = torch.tensor(X * 20, dtype=torch.float32), torch.tensor(grade)
levels = (grade.unsqueeze(1) > torch.arange(4)).float()


class Ordinal(nn.Module):
    def __init__(self, n_in, n_levels):
        super().__init__()
        self.score = nn.Sequential(nn.Linear(n_in, 16), nn.ReLU(), nn.Linear(16, 1, bias=False))
        self.cut = nn.Parameter(torch.linspace(-1, 1, n_levels - 1))

    def forward(self, x):
        return self.score(x) - self.cut


model = Ordinal(10, 5)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.BCEWithLogitsLoss()
perm = torch.randperm(len(X))
train, test = perm[:340], perm[340:]
for epoch in range(20):
    for idx in train[torch.randperm(340)].split(20):
        loss = criterion(model(X[idx]), levels[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 4:
        print("epoch", epoch + 1, loss.item(), model.cut.data.tolist())
with torch.no_grad():
    found = (model(X[test]) > 0).sum(1)
print("METRIC mean_step_error", (found - grade[test]).abs().float().mean().item())
