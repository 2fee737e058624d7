"""RealNVP with affine couplings on a two-dimensional density; trained by maximum likelihood."""

import math
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def banana(n):
    x = torch.randn(n)
    y = 0.6 * x**2 - 0.6 + 0.25 * torch.randn(n)
    return torch.stack([x, y], dim=1)


class Coupling(nn.Module):
    def __init__(self, mask, hidden=32):
        super().__init__()
        self.register_buffer("mask", mask)
        self.net = nn.Sequential(
            nn.Linear(2, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, 4)
        )
        # identity at the start
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x):
        s, t = self.net(x * self.mask).chunk(2, dim=1)
        s = torch.tanh(s) * (1 - self.mask)
        t = t * (1 - self.mask)
        return x * torch.exp(s) + t, s.sum(1)


class Flow(nn.Module):
    def __init__(self, depth=6):
        super().__init__()
        masks = [torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])]
        self.couplings = nn.ModuleList(Coupling(masks[i % 2]) for i in range(depth))

    def log_prob(self, x):
        log_det = torch.zeros(len(x))
        for coupling in self.couplings:
            x, ld = coupling(x)
            log_det = log_det + ld
        return -0.5 * (x**2).sum(1) - math.log(2 * math.pi) + log_det


flow = Flow()
optimizer = torch.optim.AdamW(flow.parameters(), lr=3e-3, weight_decay=1e-5)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=5e-3, total_steps=400)
train, test = banana(4000), banana(1000)

for step in range(400):
    batch = train[torch.randint(0, len(train), (128,))]
    nll = -flow.log_prob(batch).mean()
    optimizer.zero_grad()
    nll.backward()
    nn.utils.clip_grad_norm_(flow.parameters(), 5.0)
    optimizer.step()
    scheduler.step()
    if step % 100 == 99:
        with torch.no_grad():
            print(f"step {step + 1} train nll {nll.item():.3f} test nll {-flow.log_prob(test).mean().item():.3f}")

with torch.no_grad():
    test_nll = -flow.log_prob(test).mean().item()
print(f"METRIC test_nll {test_nll:.4f}")
