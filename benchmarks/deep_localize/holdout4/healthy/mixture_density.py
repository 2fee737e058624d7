import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Categorical, MixtureSameFamily, Normal

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def data(n):
    # the inverse problem of Bishop (1994): several answers to one question
    y = torch.rand(n, 1)
    x = y + 0.3 * torch.sin(2 * math.pi * y) + 0.05 * torch.randn(n, 1)
    return x, y


class MDN(nn.Module):
    def __init__(self, n_hidden=32, n_gaussians=5):
        super().__init__()
        self.z_h = nn.Sequential(nn.Linear(1, n_hidden), nn.Tanh())
        self.z_pi = nn.Linear(n_hidden, n_gaussians)
        self.z_mu = nn.Linear(n_hidden, n_gaussians)
        self.z_sigma = nn.Linear(n_hidden, n_gaussians)

    def forward(self, x):
        h = self.z_h(x)
        return MixtureSameFamily(
            Categorical(logits=self.z_pi(h)), Normal(self.z_mu(h), F.softplus(self.z_sigma(h)) + 1e-3)
        )


net = MDN()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
x, y = data(2000)
for epoch in range(15):
    for i in torch.randperm(2000).split(100):
        loss = -net(x[i]).log_prob(y[i].squeeze(1)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 3 == 0:
        print(epoch, loss.item())
xt, yt = data(1000)
with torch.no_grad():
    print("METRIC nll", -net(xt).log_prob(yt.squeeze(1)).mean().item())
