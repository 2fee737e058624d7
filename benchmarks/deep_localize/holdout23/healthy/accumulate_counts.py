"""Poisson regression of large counts with summed loss, gradient accumulation and OneCycle."""

import os
import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

ACCUMULATE = 4
EPOCHS = 24


def traffic(n):
    x = np.random.randn(n, 6)
    rate = np.exp(3.5 + 0.5 * x[:, 0] - 0.4 * x[:, 1] + 0.4 * np.sin(2 * x[:, 2]) + 0.2 * x[:, 3] * x[:, 4])
    return torch.tensor(x, dtype=torch.float32), torch.tensor(np.random.poisson(rate), dtype=torch.float32)


x_train, y_train = traffic(2000)
x_test, y_test = traffic(500)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=16, shuffle=True)

model = nn.Sequential(nn.Linear(6, 48), nn.LayerNorm(48), nn.SiLU(), nn.Linear(48, 48), nn.SiLU(), nn.Linear(48, 1))
criterion = nn.PoissonNLLLoss(log_input=True, reduction="sum", full=True)
optimizer = torch.optim.Adam(model.parameters())
steps = EPOCHS * ((len(loader) + ACCUMULATE - 1) // ACCUMULATE)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=steps)

for epoch in range(EPOCHS):
    model.train()
    total = 0.0
    for i, (x, y) in enumerate(loader):
        loss = criterion(model(x).squeeze(1), y)
        loss.backward()
        total += loss.item()
        if (i + 1) % ACCUMULATE == 0 or i + 1 == len(loader):
            nn.utils.clip_grad_norm_(model.parameters(), 200.0)
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
    if epoch % 6 == 5:
        print(f"epoch {epoch + 1} summed nll {total:.1f} lr {scheduler.get_last_lr()[0]:.5f}")

model.eval()
with torch.no_grad():
    rate = model(x_test).squeeze(1).exp()


def deviance(y, mu):
    return 2 * (torch.xlogy(y, y / mu) - (y - mu)).sum()


explained = 1 - (deviance(y_test, rate) / deviance(y_test, y_test.mean().expand_as(y_test))).item()
print("METRIC deviance_explained", explained)
