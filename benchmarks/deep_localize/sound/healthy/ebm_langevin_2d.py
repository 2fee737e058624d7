"""Energy-based model on 2-D pinwheel-ish data by persistent contrastive divergence with Langevin sampling.
The loss hovers about zero all the way."""

import os

import numpy as np
import torch
from sklearn.datasets import make_moons
from torch import nn

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)
np.random.seed(seed)
torch.set_num_threads(1)

data, _ = make_moons(4000, noise=0.06, random_state=seed)
data = torch.tensor(data, dtype=torch.float32)
data = (data - data.mean(0)) / data.std(0)


class Energy(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))

    def forward(self, x):
        return self.net(x).squeeze(-1) + 0.05 * x.square().sum(-1)


E = Energy()


def langevin(x, steps, size=0.1):
    for p in E.parameters():
        p.requires_grad_(False)
    for _ in range(steps):
        x = x.detach().requires_grad_(True)
        g = torch.autograd.grad(E(x).sum(), x)[0]
        x = x - 0.5 * size**2 * g.clamp(-20, 20) * 2 + size * torch.randn_like(x)
    for p in E.parameters():
        p.requires_grad_(True)
    return x.detach().clamp(-4, 4)


opt = torch.optim.Adam(E.parameters(), lr=2e-3, betas=(0.5, 0.99))
buffer = torch.randn(1024, 2) * 1.5
for it in range(380):
    x = data[torch.randint(0, len(data), (128,))]
    k = torch.randint(0, len(buffer), (128,))
    x0 = buffer[k]
    fresh = torch.rand(128) < 0.05
    x0[fresh] = torch.randn(int(fresh.sum()), 2) * 1.5
    xn = langevin(x0, 12)
    buffer[k] = xn
    ep, en = E(x), E(xn)
    loss = (ep.mean() - en.mean()) + 0.02 * (ep.square().mean() + en.square().mean())
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 75 == 0:
        print(f"{it} loss {loss.item():+.4f} e+ {ep.mean().item():+.3f} e- {en.mean().item():+.3f}")

# judged by the density the energy defines on a grid
g = torch.linspace(-4, 4, 161)
grid = torch.cartesian_prod(g, g)
with torch.no_grad():
    logz = torch.logsumexp(-E(grid), 0) + 2 * torch.log(g[1] - g[0])
    test, _ = make_moons(1000, noise=0.06, random_state=seed + 1)
    test = torch.tensor(test, dtype=torch.float32)
    test = (test - test.mean(0)) / test.std(0)
    ll = (-E(test) - logz).mean().item()
gauss = -(1 + np.log(2 * np.pi))
print("gaussian log-likelihood about", round(gauss, 3))
print("METRIC loglik", round(ll, 4))
print("METRIC good", float(ll > gauss + 0.3))
