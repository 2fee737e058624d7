# Delivery times: three quantiles with one head each
import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
QUANTILES = [0.1, 0.5, 0.9]


class Deliveries(Dataset):
    def __init__(self, n):
        self.x = np.random.uniform(-1, 1, (n, 6)).astype(np.float32)
        spread = 0.15 + 0.25 * (self.x[:, 0] > 0)
        signal = 2 * self.x[:, 0] + np.sin(3 * self.x[:, 1]) + self.x[:, 2] * self.x[:, 3]
        self.y = (signal + spread * np.random.randn(n)).astype(np.float32)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


class QuantileNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(6, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU())
        self.heads = nn.ModuleList([nn.Linear(48, 1) for _ in QUANTILES])

    def forward(self, x):
        h = self.trunk(x)
        return [head(h) for head in self.heads]


def pinball(pred, target, q):
    err = target - pred
    return torch.max(q * err, (q - 1) * err).mean()


train, test = Deliveries(2000), Deliveries(500)
loader = DataLoader(train, batch_size=64, shuffle=True)
model = QuantileNet()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(10):
    for x, y in loader:
        y = y.unsqueeze(1)
        optimizer.zero_grad()
        loss = sum(pinball(p, y, q) for p, q in zip(model(x), QUANTILES))
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} pinball {loss.item():.4f}")

with torch.no_grad():
    low, mid, high = (p.squeeze(1).numpy() for p in model(torch.from_numpy(test.x)))
print("inside the band:", float(((test.y > low) & (test.y < high)).mean()))
print("METRIC r2", float(1 - ((mid - test.y) ** 2).mean() / test.y.var()))
