"""Cox partial likelihood on censored survival times; the whole set is one batch since risks are compared within it."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def cohort(n):
    x = torch.randn(n, 8)
    risk = 1.2 * torch.tanh(x[:, 0] * x[:, 1]) + 0.8 * x[:, 2].abs() - 0.5 * x[:, 3]
    time = torch.distributions.Exponential(risk.exp()).sample()
    censored_at = torch.distributions.Exponential(torch.full((n,), 0.7)).sample()
    return x, torch.minimum(time, censored_at), time <= censored_at


class RiskNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 48), nn.SELU(), nn.Linear(48, 48), nn.SELU())
        self.risk = nn.Linear(48, 1, bias=False)

    def forward(self, x):
        return self.risk(self.body(x)).squeeze(-1)


def cox_loss(risk, time, event):
    order = time.argsort(descending=True)
    risk, event = risk[order], event[order]
    log_cumulative = torch.logcumsumexp(risk, 0)
    return -((risk - log_cumulative) * event).sum() / event.sum()


def concordance(risk, time, event):
    comparable = (time[:, None] < time[None, :]) & event[:, None]
    right = (risk[:, None] > risk[None, :]) & comparable
    return (right.sum() / comparable.sum()).item()


x, time, event = cohort(1200)
tx, ttime, tevent = cohort(500)
net = RiskNet()
optimizer = torch.optim.AdamW(net.parameters(), lr=5e-3, weight_decay=0.05)
for step in range(150):
    loss = cox_loss(net(x), time, event)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 30 == 0:
        print(f"step {step}: partial likelihood {loss.item():.3f}")
with torch.no_grad():
    print("METRIC concordance", concordance(net(tx), ttime, tevent))
