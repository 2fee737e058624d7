"""RealNVP: density of wind vectors by affine couplings."""

import os

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)


def wind(n):
    a = rng.normal(size=n)
    b = 0.6 * a**2 - 0.6 + 0.25 * rng.normal(size=n)
    return torch.tensor(np.stack([a, b], 1), dtype=torch.float32)


class Coupling(nn.Module):
    def __init__(self, flip, hidden=32):
        super().__init__()
        self.flip = flip
        self.net = nn.Sequential(
            nn.Linear(1, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 2)
        )
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x):
        kept, moved = x.chunk(2, 1)
        if self.flip:
            kept, moved = moved, kept
        log_scale, shift = self.net(kept).chunk(2, 1)
        log_scale = 2 * torch.tanh(log_scale / 2)
        moved = (moved + shift) * log_scale.exp()
        pair = (moved, kept) if self.flip else (kept, moved)
        return torch.cat(pair, 1), log_scale.squeeze(1)


class RealNVP(nn.Module):
    def __init__(self, depth=6):
        super().__init__()
        self.couplings = nn.ModuleList(Coupling(flip=bool(i % 2)) for i in range(depth))
        self.base = torch.distributions.Normal(0.0, 1.0)

    def log_prob(self, x):
        total = torch.zeros(len(x))
        for coupling in self.couplings:
            x, log_det = coupling(x)
            total = total + log_det
        return total + self.base.log_prob(x).sum(1)


train, test = wind(3000), wind(1000)
flow = RealNVP()
optimizer = torch.optim.Adam(flow.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [7, 9], gamma=0.3)

for epoch in range(10):
    flow.train()
    losses = []
    for batch in train[torch.randperm(len(train))].split(64):
        loss = -flow.log_prob(batch).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(flow.parameters(), 5.0)
        optimizer.step()
        losses.append(loss.item())
    scheduler.step()
    print(f"epoch {epoch} nll {np.mean(losses):.4f}")

flow.eval()
with torch.no_grad():
    nll = -flow.log_prob(test).mean().item()
print(f"METRIC nll {nll:.4f}")
