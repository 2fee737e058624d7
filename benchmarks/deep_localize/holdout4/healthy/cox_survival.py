import os

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


def simulate(n):
    x = np.random.randn(n, 8)
    risk = x[:, 0] - 0.8 * x[:, 1] + 0.7 * np.sin(2 * x[:, 2])
    time = np.random.exponential(np.exp(-risk))
    censor = np.random.exponential(2.0, n)
    return x.astype("float32"), np.minimum(time, censor).astype("float32"), (time <= censor).astype("float32"), risk


def cox_ph_loss(log_h, durations, events):
    idx = durations.sort(descending=True)[1]
    events, log_h = events[idx], log_h[idx]
    log_cumsum = torch.logcumsumexp(log_h, dim=0)
    return -((log_h - log_cumsum) * events).sum() / events.sum().clamp(min=1)


x, t, e, _ = simulate(2000)
xv, tv, ev, _ = simulate(400)
x, t, e = map(torch.from_numpy, (x, t, e))
net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.BatchNorm1d(32), nn.Dropout(0.1), nn.Linear(32, 1, bias=False))
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(6):
    net.train()
    for idx in torch.randperm(len(x)).split(100):
        loss = cox_ph_loss(net(x[idx]).squeeze(1), t[idx], e[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
net.eval()
with torch.no_grad():
    h = net(torch.from_numpy(xv)).squeeze(1).numpy()
comparable = (tv[:, None] < tv[None, :]) & (ev[:, None] == 1)
print("METRIC concordance", float((h[:, None] > h[None, :])[comparable].mean()))
