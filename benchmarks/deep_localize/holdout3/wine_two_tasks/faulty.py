# Two tasks from one table: which grower, and whether the wine is strong
import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

data = load_wine()
alcohol = data.data[:, 0]
features = StandardScaler().fit_transform(data.data)
X = torch.from_numpy(features).float()
grower = torch.from_numpy(data.target)
strong = torch.from_numpy((alcohol > np.median(alcohol)).astype("float32"))


class MultiTaskNet(nn.Module):
    def __init__(self, n_in=13, hidden=32):
        super().__init__()
        self.shared = nn.Sequential(nn.Linear(n_in, hidden), nn.ReLU())
        self.grower_head = nn.Linear(hidden, 3)
        self.strength_head = nn.Sequential(nn.Linear(hidden, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, x):
        z = self.shared(x)
        return self.grower_head(z), self.strength_head(z).squeeze(1)


model = MultiTaskNet()
ce = nn.CrossEntropyLoss()
bce = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(30):
    order = torch.randperm(len(X))
    for i in range(0, len(X), 20):
        idx = order[i : i + 20]
        out_grower, out_strong = model(X[idx])
        loss_grower = ce(out_grower, grower[idx])
        loss_strong = bce(out_strong, strong[idx])
        loss = loss_grower + 0.7 * loss_grower
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(f"{epoch:3d} grower {loss_grower.item():.3f} strong {loss_strong.item():.3f}")
with torch.no_grad():
    g, s = model(X)
    print("grower accuracy", (g.argmax(1) == grower).float().mean().item())
    print("METRIC strength_accuracy", ((s > 0).float() == strong).float().mean().item())
