"""DeepSurv: a Cox partial likelihood over whole batches of patients, with censoring."""

import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def patients(count):
    x = np.random.randn(count, 8).astype(np.float32)
    risk = 1.2 * x[:, 0] - 0.8 * x[:, 1] + 0.9 * (x[:, 2] ** 2 - 1)
    death = np.random.exponential(np.exp(-risk) * 10)
    censor = np.random.exponential(20, count)
    time = np.minimum(death, censor)
    return torch.from_numpy(x), torch.tensor(time, dtype=torch.float32), torch.tensor(death <= censor)


class DeepSurv(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 32), nn.SELU(), nn.Linear(32, 32), nn.SELU())
        self.hazard = nn.Linear(32, 1, bias=False)

    def forward(self, x):
        return self.hazard(self.body(x)).squeeze(1)


def cox_loss(log_hazard, time, event):
    order = time.argsort(descending=True)
    log_hazard, event = log_hazard[order], event[order].float()
    at_risk = torch.logcumsumexp(log_hazard, dim=0)
    return -((log_hazard - at_risk) * event).sum() / event.sum().clamp(min=1)


def concordance(score, time, event):
    earlier = (time[:, None] < time[None, :]) & event[:, None]
    right = (score[:, None] > score[None, :]) & earlier
    return right.sum().item() / earlier.sum().item()


x, time, event = patients(1200)
x_test, time_test, event_test = patients(500)
print("events", event.float().mean().item())
model = DeepSurv()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=25)

for epoch in range(25):
    model.train()
    losses = []
    for batch in torch.randperm(len(x)).split(200):
        optimizer.zero_grad()
        loss = cox_loss(model(x[batch]), time[batch], event[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    scheduler.step()
    if epoch % 5 == 0:
        print(f"epoch {epoch} partial likelihood {np.mean(losses):.4f}")

model.eval()
with torch.no_grad():
    print("METRIC concordance", concordance(model(x_test), time_test, event_test))
