"""Fits a Gaussian mixture by gradient ascent on the log-likelihood (maximize=True)."""

import math
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

TRUE_MEANS = torch.tensor([[-0.6, 0.0], [0.6, 0.3], [0.0, -0.7]])


def draw(n):
    k = torch.multinomial(torch.tensor([0.5, 0.3, 0.2]), n, replacement=True)
    return TRUE_MEANS[k] + 0.1 * torch.randn(n, 2)


class Mixture(nn.Module):
    def __init__(self, data, components=6):
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(components))
        self.means = nn.Parameter(data[torch.randperm(len(data))[:components]].clone())
        self.log_scale = nn.Parameter(torch.full((components, 2), -1.0))

    def log_prob(self, x):
        z = (x[:, None] - self.means) * torch.exp(-self.log_scale)
        comp = -0.5 * z.pow(2).sum(2) - self.log_scale.sum(1) - math.log(2 * math.pi)
        return torch.logsumexp(comp + self.logits.log_softmax(0), dim=1)


train, held_out = draw(1000), draw(1000)
model = Mixture(train)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02, maximize=True)
for step in range(400):
    batch = train[torch.randint(0, len(train), (200,))]
    objective = model.log_prob(batch).mean()
    optimizer.zero_grad()
    objective.backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step} log-likelihood {objective.item():.3f}")

with torch.no_grad():
    print(f"METRIC held_out_loglik {model.log_prob(held_out).mean().item():.4f}")
