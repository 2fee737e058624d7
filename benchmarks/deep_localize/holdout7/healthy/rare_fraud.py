"""One transaction in a hundred is fraud: weighted loss, a bias that starts at the prior, average precision."""

import math
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def transactions(n, rate=0.01):
    y = (torch.rand(n) < rate).float()
    x = torch.randn(n, 16)
    pattern = torch.randint(0, 2, (n,)).float() * 2 - 1
    x[:, 0] += 2.2 * y * pattern
    x[:, 1] += 2.2 * y * pattern
    x[:, 2] += 1.5 * y
    return x, y


def average_precision(score, y):
    hit = y[score.argsort(descending=True)]
    precision = hit.cumsum(0) / torch.arange(1, len(y) + 1)
    return ((precision * hit).sum() / hit.sum()).item()


class FraudNet(nn.Module):
    def __init__(self, prior):
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())
        self.score = nn.Linear(16, 1)
        nn.init.constant_(self.score.bias, math.log(prior / (1 - prior)))

    def forward(self, x):
        return self.score(self.hidden(x)).squeeze(1)


x, y = transactions(20000)
vx, vy = transactions(8000)
model = FraudNet(y.mean().item())
criterion = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(10.0))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-4)
for epoch in range(6):
    total = 0.0
    for idx in torch.randperm(len(x)).split(200):
        loss = criterion(model(x[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() / 100
    with torch.no_grad():
        ap = average_precision(model(vx), vy)
    print(f"epoch {epoch} loss {total:.4f} average precision {ap:.3f}")
print("METRIC ap", ap)
