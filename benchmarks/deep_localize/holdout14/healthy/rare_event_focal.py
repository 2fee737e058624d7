"""Fault detection with 3 % positives: focal loss, output bias at the prior, average precision on held-out data."""

import math
import os

import torch
import torch.nn.functional as F
from sklearn.metrics import average_precision_score
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

N, DIM, RATE = 9000, 12, 0.03
x = torch.randn(N, DIM)
risk = x[:, 0] * x[:, 1] + x[:, 2].abs() + 0.8 * x[:, 3]
y = (risk > torch.quantile(risk, 1 - RATE)).float()
train, test = slice(0, 6000), slice(6000, N)


class Detector(nn.Module):
    def __init__(self, prior):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(DIM, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
        self.out = nn.Linear(64, 1)
        nn.init.constant_(self.out.bias, math.log(prior / (1 - prior)))

    def forward(self, inputs):
        return self.out(self.body(inputs)).squeeze(1)


def focal_loss(logits, target, gamma=2.0, alpha=0.75):
    ce = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    p = torch.sigmoid(logits)
    p_true = torch.where(target > 0, p, 1 - p)
    weight = torch.where(target > 0, alpha, 1 - alpha)
    return (weight * (1 - p_true) ** gamma * ce).mean()


model = Detector(RATE)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
loader = DataLoader(TensorDataset(x[train], y[train]), batch_size=128, shuffle=True)
for epoch in range(15):
    model.train()
    for xb, yb in loader:
        loss = focal_loss(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        score = average_precision_score(y[test].numpy(), model(x[test]).numpy())
    print(f"epoch {epoch} loss {loss.item():.5f} average precision {score:.3f}")
print(f"METRIC average_precision {score:.4f}")
