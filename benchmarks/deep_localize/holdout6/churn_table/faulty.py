"""Who will cancel? A table of customers with categories and numbers."""

import os

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)

n = 3000
plan = rng.integers(0, 4, n)
region = rng.integers(0, 8, n)
months = rng.exponential(18, n)
calls = rng.poisson(2, n)
charge = 20 + 15 * plan + rng.normal(0, 5, n)
risk = -0.9 - 0.08 * months + 0.7 * calls + np.array([-0.5, 1.2, 0.0, -1.0])[plan] + 0.9 * np.sin(region)
churn = (risk + rng.logistic(0, 0.4, n) > 0).astype(np.float32)
numbers = np.stack([months, calls, charge], 1)
numbers = (numbers - numbers.mean(0)) / numbers.std(0)

cats = torch.from_numpy(np.stack([plan, region], 1))
nums = torch.from_numpy(numbers.astype(np.float32))
target = torch.from_numpy(churn)
train, test = slice(0, 2300), slice(2300, n)


class ChurnNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.plan = nn.Embedding(4, 3)
        self.region = nn.Embedding(8, 4)
        self.layers = nn.Sequential(
            nn.Linear(10, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 24), nn.ReLU()
        )
        self.last = nn.Linear(24, 1)

    def forward(self, cats, nums):
        z = torch.cat([self.plan(cats[:, 0]), self.region(cats[:, 1]), nums], 1)
        return self.last(self.layers(z)).squeeze(1)


def training_step(model, cats, nums, target):
    logits = model(cats, nums)
    per_row = nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    penalty = 1e-4 * sum((e.weight**2).sum() for e in (model.plan, model.region))
    return torch.tensor(per_row.mean().item() + penalty.item(), requires_grad=True)


model = ChurnNet()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
cats_train, nums_train, target_train = cats[train], nums[train], target[train]
for epoch in range(25):
    model.train()
    epoch_loss = []
    for idx in torch.randperm(2300).split(64):
        loss = training_step(model, cats_train[idx], nums_train[idx], target_train[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        epoch_loss.append(loss.item())
    print(f"Epoch {epoch + 1}: loss = {np.mean(epoch_loss):.4f}")

model.eval()
with torch.no_grad():
    predicted = model(cats[test], nums[test]) > 0
recall = [(predicted == target[test].bool())[target[test] == value].float().mean().item() for value in (0, 1)]
print("METRIC balanced_accuracy", sum(recall) / 2)
