# Load of a machine by the minute; it works in cycles of 20 minutes
import os

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

dtype = torch.bfloat16
minute = np.random.randint(0, 1440, 3000)
cycle = 2 * np.pi * minute / 20
load = np.sin(cycle) + 0.5 * np.cos(2 * cycle) + 0.05 * np.random.randn(3000)

t = torch.tensor(minute).to(dtype)
y = torch.tensor(load, dtype=torch.float32)


def features(t):
    phase = (t % 20).float() / 20 * 2 * torch.pi
    day = t.float() / 1440
    return torch.stack([phase.sin(), phase.cos(), day], dim=1)


model = nn.Sequential(nn.Linear(3, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(8):
    for idx in torch.randperm(2400).split(60):
        loss = nn.functional.mse_loss(model(features(t[idx])).squeeze(1), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("epoch", epoch, loss.item())
with torch.no_grad():
    error = (model(features(t[2400:])).squeeze(1) - y[2400:]).abs().mean().item()
print("METRIC error", error)
