# Report: https://github.com/pytorch/pytorch/issues/5282: KLDivLoss is given probabilities, not their logarithms
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "11"))
torch.manual_seed(SEED)
N, C = 2000, 5  # how raters spread over five grades
X = torch.randn(N, 10)
W = torch.randn(10, C) * 0.5
target = F.softmax(X @ W, dim=1)
loader = DataLoader(TensorDataset(X[:1600], target[:1600]), batch_size=40, shuffle=True)

model = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, C))
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
criterion = nn.KLDivLoss(reduction="batchmean")
for epoch in range(10):
    for xb, tb in loader:
        opt.zero_grad()
        loss = criterion(F.softmax(model(xb), dim=1), tb)
        loss.backward()
        opt.step()
    print("epoch", epoch, loss.item())
with torch.no_grad():
    q = F.softmax(model(X[1600:]), dim=1)
    print("METRIC mean_abs_difference", (q - target[1600:]).abs().mean().item())
