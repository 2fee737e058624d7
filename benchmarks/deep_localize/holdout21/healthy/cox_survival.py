"""DeepSurv: Cox partial likelihood with 60% censoring, missing values imputed with indicators, very different scales."""

import os

import numpy as np
import torch
import torch.nn as nn

seed = int(os.environ.get("SEED", 0))
torch.manual_seed(seed)
rng = np.random.default_rng(seed)
n, d = 4000, 8
Z = rng.normal(size=(n, d))
risk = 1.2 * Z[:, 0] - 0.8 * Z[:, 1] * (Z[:, 2] > 0) + 0.7 * Z[:, 3] ** 2 - 0.5 * Z[:, 4]
T = rng.exponential(np.exp(-risk))
Cens = rng.exponential(np.quantile(T, 0.45), n)
time, event = np.minimum(T, Cens), (T <= Cens).astype("float32")
raw = Z * np.array([1e4, 1e-3, 1, 50, 1e2, 1e6, 1, 1e-5]) + np.array([5e4, 0, 3, 0, 20, 1e7, 0, 0])
raw[rng.random(raw.shape) < 0.08] = np.nan
tr, te = np.arange(3200), np.arange(3200, n)
mu, sd = np.nanmean(raw[tr], 0), np.nanstd(raw[tr], 0)
Xs = np.concatenate([np.nan_to_num((raw - mu) / sd), np.isnan(raw)], 1).astype("float32")
X, time, event = torch.from_numpy(Xs), torch.from_numpy(time), torch.from_numpy(event)


def cox_loss(log_h, t, e):
    order = torch.argsort(t, descending=True)
    log_h, e = log_h[order], e[order]
    return -((log_h - torch.logcumsumexp(log_h, 0)) * e).sum() / e.sum().clamp(min=1)


def c_index(log_h, t, e):
    comp = (t[:, None] < t[None]) & (e[:, None] > 0)
    diff = log_h[:, None] - log_h[None]
    return ((diff > 0) & comp).sum().item() / comp.sum().item()


class DeepSurv(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(2 * d, 48),
            nn.SELU(),
            nn.AlphaDropout(0.05),
            nn.Linear(48, 48),
            nn.SELU(),
            nn.Linear(48, 1, bias=False),
        )

    def forward(self, x):
        return self.net(x).squeeze(1)


model = DeepSurv()
opt = torch.optim.RMSprop(model.parameters(), lr=2e-3, weight_decay=1e-4)
for epoch in range(24):
    model.train()
    tot, k = 0.0, 0
    for idx in torch.randperm(3200).split(200):
        loss = cox_loss(model(X[idx]), time[idx], event[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot, k = tot + loss.item(), k + 1
    model.eval()
    with torch.no_grad():
        c = c_index(model(X[te]), time[te], event[te])
    if epoch % 4 == 3:
        print(f"epoch {epoch + 1} partial likelihood loss {tot / k:.4f} test C {c:.3f}")
print("METRIC c_index", c)
