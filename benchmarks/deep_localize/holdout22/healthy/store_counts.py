"""Poisson regression of daily customers: a summed likelihood and a tiny learning rate."""

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


def days(count):
    temperature = np.random.normal(15, 8, count)
    weekday = np.random.randint(0, 7, count)
    promo = np.random.rand(count) < 0.2
    rate = np.exp(
        3.6 + 0.02 * (temperature - 15) + 0.5 * (weekday >= 5) + 0.4 * promo - 0.0015 * (temperature - 20) ** 2
    )
    x = np.concatenate([((temperature - 15) / 8)[:, None], np.eye(7)[weekday], promo[:, None]], axis=1)
    return torch.tensor(x, dtype=torch.float32), torch.tensor(np.random.poisson(rate), dtype=torch.float32), rate


x, y, _ = days(1500)
x_test, y_test, rate_test = days(400)

net = nn.Sequential(nn.Linear(9, 32), nn.Softplus(), nn.Linear(32, 1))
nn.init.zeros_(net[2].weight)
nn.init.constant_(net[2].bias, float(torch.log(y.mean())))
likelihood = nn.PoissonNLLLoss(log_input=True, reduction="sum", full=True)
optimizer = torch.optim.SGD(net.parameters(), lr=1e-5, momentum=0.9)

for epoch in range(40):
    total = 0.0
    for batch in torch.randperm(len(x)).split(75):
        loss = likelihood(net(x[batch]).squeeze(1), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 10 == 9:
        print(f"epoch {epoch + 1} summed loss {total:.0f}")

with torch.no_grad():
    predicted = net(x_test).squeeze(1).exp().numpy()
error = np.mean(np.abs(predicted - rate_test) / rate_test)
print(f"METRIC relative_error {error:.4f}")
