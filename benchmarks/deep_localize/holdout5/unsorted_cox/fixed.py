"""DeepSurv-like survival model, Breslow partial likelihood on batches."""

import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)


def patients(n):
    x = rng.normal(size=(n, 8))
    risk = 1.2 * x[:, 0] - 0.8 * x[:, 1] + 0.7 * x[:, 2] * x[:, 3]
    time = rng.exponential(1 / np.exp(risk))
    censor = rng.exponential(300, n)
    observed = time <= censor
    return tuple(torch.tensor(a, dtype=torch.float32) for a in (x, np.minimum(time, censor), observed))


def cox_loss(log_hazard, time, event):
    order = torch.argsort(time, descending=True)
    log_hazard, event = log_hazard[order], event[order]
    log_risk = torch.logcumsumexp(log_hazard, dim=0)
    return -((log_hazard - log_risk) * event).sum() / event.sum().clamp(min=1)


def concordance(score, time, event):
    later = time[None, :] > time[:, None]
    usable = later & (event[:, None] == 1)
    right = (score[:, None] > score[None, :]) & usable
    return (right.sum() / usable.sum()).item()


x, time, event = patients(1500)
x_test, time_test, event_test = patients(400)
loader = DataLoader(TensorDataset(x, time, event), batch_size=128, shuffle=True, drop_last=True)
model = nn.Sequential(nn.Linear(8, 32), nn.SELU(), nn.Linear(32, 32), nn.SELU(), nn.Linear(32, 1))
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
for epoch in range(25):
    for xb, tb, eb in loader:
        optimizer.zero_grad()
        loss = cox_loss(model(xb).squeeze(1), tb, eb)
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(f"epoch {epoch} loss {loss.item():.3f}")

with torch.no_grad():
    score = model(x_test).squeeze(1)
print("METRIC concordance", concordance(score, time_test, event_test))
