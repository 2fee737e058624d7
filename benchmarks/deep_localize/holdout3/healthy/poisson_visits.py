"""Visits a day: Poisson regression."""

import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def simulate(n):
    x = torch.randn(n, 5)
    log_rate = -0.7 + 0.8 * x[:, 0] - 0.6 * x[:, 1] + 0.5 * torch.sin(2 * x[:, 2])
    return x, torch.poisson(log_rate.exp()), log_rate.exp()


def deviance(rate, y):
    return 2 * (torch.xlogy(y, y / rate) - (y - rate)).mean()


class PoissonNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(5, 32)
        self.out = nn.Linear(32, 1)

    def forward(self, x):
        return torch.exp(self.out(torch.relu(self.hidden(x)))).squeeze(1)


x, y, rate = simulate(3000)
xt, yt, true_rate = simulate(1000)
model = PoissonNet()
criterion = nn.PoissonNLLLoss(log_input=False)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(8):
    for idx in torch.randperm(len(x)).split(75):
        optimizer.zero_grad()
        loss = criterion(model(x[idx]), y[idx])
        loss.backward()
        optimizer.step()
    print("epoch", epoch, loss.item())
with torch.no_grad():
    fitted = model(xt)
    excess = (fitted - true_rate).abs().mean() / (yt.mean() - true_rate).abs().mean()
print("deviance", deviance(fitted, yt).item())
print("METRIC relative_error", excess.item())
