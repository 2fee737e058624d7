"""Strength of concrete from its mix; a raw loop over mini-batches."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

n = 1600
cement = np.random.uniform(100, 540, n)
water = np.random.uniform(120, 250, n)
slag = np.random.uniform(0, 360, n)
superplasticizer = np.random.uniform(0, 32, n)
age = np.random.randint(1, 366, n)
strength = 20 * (cement + 0.5 * slag) / water * np.log1p(age) / 5 + 0.5 * superplasticizer + np.random.normal(0, 3, n)

features = np.stack([cement, water, slag, superplasticizer, np.log1p(age)], 1)
features = (features - features.mean(0)) / features.std(0)
y = (strength - strength.mean()) / strength.std()
X = torch.from_numpy(features).float()
y = torch.from_numpy(y).float().view(-1, 1)
X_train, y_train = X[:1200], y[:1200]
X_val, y_val = X[1200:], y[1200:]

model = nn.Sequential(nn.Linear(5, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
batch_size = 32

for epoch in range(25):
    order = torch.randperm(len(X_train))
    total = 0.0
    for start in range(0, len(X_train), batch_size):
        idx = order[start : start + batch_size]
        pred = model(X_train[idx])
        loss = F.mse_loss(pred, y_train[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 5 == 0:
        with torch.no_grad():
            val = F.mse_loss(model(X_val), y_val).item()
        print("epoch", epoch, "train", total / (len(X_train) / batch_size), "val", val)

with torch.no_grad():
    mse = F.mse_loss(model(X_val), y_val).item()
print("METRIC r2", 1 - mse / y_val.var().item())
