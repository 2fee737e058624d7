"""Cox partial likelihood on right-censored survival data, whole-risk-set batches."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

N, D = 6000, 10
X = torch.randn(N, D)
risk = 1.2 * X[:, 0] - 0.8 * X[:, 1] + 0.9 * (X[:, 2] ** 2 - 1)
T = torch.distributions.Exponential(torch.exp(risk)).sample()
C = torch.distributions.Exponential(torch.tensor(0.5)).sample((N,))
time = torch.minimum(T, C)
event = (T <= C).float()
print("censored", 1 - event.mean().item())
tr, te = slice(0, 4500), slice(4500, N)


def cox_loss(eta, time, event):
    order = time.argsort(descending=True)
    eta, event = eta[order], event[order]
    logcum = torch.logcumsumexp(eta, 0)
    return -((eta - logcum) * event).sum() / event.sum()


def concordance(eta, time, event):
    later = time[None, :] > time[:, None]
    ok = later & (event[:, None] > 0)
    return ((eta[:, None] > eta[None, :]) & ok).sum().item() / ok.sum().item()


net = nn.Sequential(
    nn.Linear(D, 32),
    nn.BatchNorm1d(32),
    nn.ReLU(),
    nn.Dropout(0.1),
    nn.Linear(32, 16),
    nn.ReLU(),
    nn.Linear(16, 1, bias=False),
)
opt = torch.optim.RMSprop(net.parameters(), lr=1e-3, weight_decay=1e-4)

for ep in range(50):
    net.train()
    for idx in torch.randperm(4500).split(300):
        eta = net(X[tr][idx]).squeeze(1)
        loss = cox_loss(eta, time[tr][idx], event[tr][idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if ep % 5 == 0:
        net.eval()
        with torch.no_grad():
            print(ep, f"{loss.item():.3f}", concordance(net(X[te]).squeeze(1), time[te], event[te]))

net.eval()
with torch.no_grad():
    c = concordance(net(X[te]).squeeze(1), time[te], event[te])
print("METRIC c_index", c)
print("METRIC good", float(c > 0.75))
