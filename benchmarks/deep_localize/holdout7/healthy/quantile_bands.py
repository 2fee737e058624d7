"""Three quantiles of a skewed, heteroscedastic target by the pinball loss."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

LEVELS = torch.tensor([0.05, 0.5, 0.95])


def sample(n):
    x = 4 * torch.rand(n, 1) - 2
    spread = 0.2 + 0.5 * (x + 2) / 4
    return x, torch.sin(2 * x) + spread * torch.distributions.Exponential(1.0).sample((n, 1))


class Bands(nn.Module):
    """The median, and what lies below and above it, so that the bands never cross."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(1, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh())
        self.head = nn.Linear(40, 3)

    def forward(self, x):
        low, mid, high = self.head(self.trunk(x)).chunk(3, 1)
        return torch.cat([mid - nn.functional.softplus(low), mid, mid + nn.functional.softplus(high)], 1)


def pinball(pred, y):
    gap = y - pred
    return torch.maximum(LEVELS * gap, (LEVELS - 1) * gap).mean()


x, y = sample(2500)
net = Bands()
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=12 * 25)
for epoch in range(12):
    for idx in torch.randperm(2500).split(100):
        loss = pinball(net(x[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    print(f"epoch {epoch} pinball {loss.item():.4f}")
tx, ty = sample(3000)
with torch.no_grad():
    reached = (ty <= net(tx)).float().mean(0)
print("quantiles reached", reached.tolist())
print("METRIC miss", (reached - LEVELS).abs().max().item())
