"""Survival analysis of subscription churn: a small Cox network, scored by concordance."""

import os

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def make_customers(n):
    x = np.random.randn(n, 8)
    risk = 1.2 * x[:, 0] - 0.9 * x[:, 1] + 0.8 * np.abs(x[:, 2]) + 0.6 * x[:, 3] * (x[:, 4] > 0)
    event_time = np.random.exponential(1.0, n) ** 0.7 * np.exp(-risk * 0.7)
    censor = np.random.exponential(2.5, n)
    time = np.minimum(event_time, censor)
    event = event_time <= censor
    as_tensor = lambda a: torch.tensor(a, dtype=torch.float32)
    return as_tensor(x), as_tensor(time), as_tensor(event)


class RiskNet(nn.Module):
    def __init__(self, n_features, hidden=32):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(n_features, hidden), nn.SELU(), nn.Dropout(0.1), nn.Linear(hidden, hidden), nn.SELU()
        )
        self.log_hazard = nn.Linear(hidden, 1, bias=False)

    def forward(self, x):
        return self.log_hazard(self.body(x)).squeeze(1)


def cox_loss(log_hazard, time, event):
    """Negative partial log-likelihood; the running sum covers each customer's risk set."""
    order = torch.argsort(time)
    h, e = log_hazard[order], event[order]
    log_risk = torch.logcumsumexp(h, dim=0)
    return -((h - log_risk) * e).sum() / e.sum().clamp(min=1)


def concordance(log_hazard, time, event):
    earlier = (time[:, None] < time[None, :]) & (event[:, None] > 0)
    right = (log_hazard[:, None] > log_hazard[None, :]) & earlier
    return (right.sum() / earlier.sum()).item()


def main():
    x, time, event = make_customers(800)
    x_val, time_val, event_val = make_customers(400)
    model = RiskNet(x.shape[1])
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=15, gamma=0.3)
    for epoch in range(30):
        model.train()
        total, batches = 0.0, torch.randperm(len(x)).split(100)
        for idx in batches:
            loss = cox_loss(model(x[idx]), time[idx], event[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        scheduler.step()
        model.eval()
        with torch.no_grad():
            h = model(x_val)
            val = cox_loss(h, time_val, event_val).item()
            c_index = concordance(h, time_val, event_val)
        if epoch % 6 == 5:
            print(f"epoch {epoch + 1} train {total / len(batches):.3f} val {val:.3f} c-index {c_index:.3f}")
    print(f"METRIC c_index {c_index:.4f}")


if __name__ == "__main__":
    main()
