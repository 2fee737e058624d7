import os

import numpy as np
import torch
import torch.nn as nn

seed = int(os.environ.get("SEED", "0"))
np.random.seed(seed)
torch.manual_seed(seed)


def spirals(n_points, noise=0.25):
    n = np.sqrt(np.random.rand(n_points, 1)) * 560 * (2 * np.pi) / 360
    d1x = -np.cos(n) * n + np.random.rand(n_points, 1) * noise
    d1y = np.sin(n) * n + np.random.rand(n_points, 1) * noise
    X = np.vstack((np.hstack((d1x, d1y)), np.hstack((-d1x, -d1y)))) / 6
    y = np.hstack((np.zeros(n_points), np.ones(n_points)))
    return torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


class DeepNet(nn.Module):
    def __init__(self, n_hidden=4, width=12):
        super().__init__()
        self.first = nn.Linear(2, width)
        self.hidden = nn.ModuleList([nn.Linear(width, width) for _ in range(n_hidden)])
        self.last = nn.Linear(width, 1)

    def forward(self, x):
        x = torch.tanh(self.first(x))
        for layer in self.hidden:
            x = torch.tanh(layer(x))
        return self.last(x).squeeze(-1)


X_train, y_train = spirals(700)
X_test, y_test = spirals(300)
model = DeepNet()
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

for epoch in range(100):
    perm = torch.randperm(len(X_train))
    for i in range(0, len(perm), 140):
        batch = perm[i : i + 140]
        optimizer.zero_grad()
        loss = loss_fn(model(X_train[batch]), y_train[batch])
        loss.backward()
        optimizer.step()
    if epoch % 20 == 0:
        print(f"{epoch}: {loss.item():.3f}")

with torch.no_grad():
    acc = ((model(X_test) > 0).float() == y_test).float().mean()
print("METRIC accuracy", acc.item())
