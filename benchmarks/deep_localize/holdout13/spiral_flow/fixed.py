"""RealNVP density model of two-dimensional points."""

import math
import os

import torch
import torch.nn as nn
from sklearn.datasets import make_moons

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Coupling(nn.Module):
    def __init__(self, flip, hidden=32):
        super().__init__()
        self.flip = flip
        self.net = nn.Sequential(
            nn.Linear(1, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 2)
        )

    def forward(self, x):
        a, b = x.chunk(2, 1)
        if self.flip:
            a, b = b, a
        scale, shift = self.net(a).chunk(2, 1)
        scale = 2 * torch.tanh(scale / 2)
        b = b * scale.exp() + shift
        out = torch.cat([b, a] if self.flip else [a, b], 1)
        return out, scale.squeeze(1)


class Flow(nn.Module):
    def __init__(self, depth=6):
        super().__init__()
        self.layers = nn.ModuleList(Coupling(i % 2 == 1) for i in range(depth))

    def forward(self, x):
        log_det = torch.zeros(len(x))
        for layer in self.layers:
            x, inc_log_det = layer(x)
            log_det = log_det + inc_log_det
        return x, log_det


def base_log_prob(z):
    return -0.5 * (z**2).sum(1) - math.log(2 * math.pi)


def exact_log_likelihood(flow, x):
    """Uses the Jacobian by automatic differentiation, as an independent score."""
    x = x.clone().requires_grad_(True)
    z, _ = flow(x)
    rows = [torch.autograd.grad(z[:, i].sum(), x, retain_graph=True)[0] for i in range(2)]
    jacobian = torch.stack(rows, 1)
    return (base_log_prob(z) + torch.linalg.slogdet(jacobian)[1]).mean().item()


points, _ = make_moons(3000, noise=0.08, random_state=SEED)
points = torch.tensor(points, dtype=torch.float32)
points = (points - points.mean(0)) / points.std(0)
train_points, test_points = points[:2500], points[2500:]

flow = Flow()
optimizer = torch.optim.Adam(flow.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=24)
for epoch in range(24):
    for x in train_points[torch.randperm(len(train_points))].split(125):
        z, log_det = flow(x)
        loss = -(base_log_prob(z) + log_det).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(flow.parameters(), 5.0)
        optimizer.step()
    scheduler.step()
    if epoch % 4 == 0:
        print(f"epoch {epoch} loss {loss.item():.3f}")
print(f"METRIC log_likelihood {exact_log_likelihood(flow, test_points):.4f}")
