import os

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

quantiles = [0.1, 0.5, 0.9]


class QuantileLoss(nn.Module):
    def __init__(self, quantiles):
        super().__init__()
        self.quantiles = quantiles

    def forward(self, preds, target):
        losses = []
        for i, q in enumerate(self.quantiles):
            errors = target - preds[:, i]
            losses.append(torch.max((q - 1) * errors, q * errors).unsqueeze(1))
        return torch.mean(torch.sum(torch.cat(losses, dim=1), dim=1))


n = 3000
x = np.random.uniform(0, 10, n)
y = 3 * np.sin(x) + np.random.randn(n) * (0.3 + 0.2 * x)
X = torch.tensor(np.stack([x / 10, np.sin(x), np.cos(x)], 1), dtype=torch.float32)
Y = torch.tensor(y, dtype=torch.float32)
net = nn.Sequential(nn.Linear(3, 48), nn.ReLU(), nn.Dropout(0.05), nn.Linear(48, len(quantiles)))
criterion = QuantileLoss(quantiles)
opt = torch.optim.Adam(net.parameters(), lr=5e-3, weight_decay=1e-6)
for epoch in range(10):
    net.train()
    for i in torch.randperm(2400).split(60):
        loss = criterion(net(X[i]), Y[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
net.eval()
with torch.no_grad():
    p = net(X[2400:])
inside = ((Y[2400:] > p[:, 0]) & (Y[2400:] < p[:, 2])).float().mean().item()
print("METRIC coverage_error", abs(inside - 0.8))
