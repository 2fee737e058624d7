"""Binary-weight MLP (straight-through estimator, latent weights clipped to [-1, 1]) on a
breast-cancer table in raw units, trained with a hand-written Lion."""

import os

import torch
from sklearn.datasets import load_breast_cancer
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for g in self.param_groups:
            b1, b2 = g["betas"]
            for p in g["params"]:
                if p.grad is None:
                    continue
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                u = (m * b1 + p.grad * (1 - b1)).sign_()
                p.mul_(1 - g["lr"] * g["weight_decay"]).add_(u, alpha=-g["lr"])
                m.mul_(b2).add_(p.grad, alpha=1 - b2)


class BinLinear(nn.Linear):
    def forward(self, x):
        w = self.weight
        wb = torch.where(w >= 0, 1.0, -1.0)
        wb = w + (wb - w).detach()
        return x @ wb.t() / self.in_features**0.5


X, y = load_breast_cancer(return_X_y=True)
X, y = torch.tensor(X).float(), torch.tensor(y).float()  # columns from 0.001 to 4000
perm = torch.randperm(len(X))
tr, te = perm[:420], perm[420:]

net = nn.Sequential(
    nn.BatchNorm1d(30, affine=False),
    BinLinear(30, 64, bias=False),
    nn.BatchNorm1d(64),
    nn.Hardtanh(),
    BinLinear(64, 32, bias=False),
    nn.BatchNorm1d(32),
    nn.Hardtanh(),
    nn.Linear(32, 1),
)
for m in net:
    if isinstance(m, BinLinear):
        nn.init.uniform_(m.weight, -0.1, 0.1)
opt = Lion(net.parameters(), lr=1e-3)
for ep in range(180):
    net.train()
    for idx in tr[torch.randperm(420)].split(42):
        z = net(X[idx]).squeeze(1)
        loss = nn.functional.soft_margin_loss(z, 2 * y[idx] - 1)
        opt.zero_grad()
        loss.backward()
        opt.step()
        with torch.no_grad():
            for m in net:
                if isinstance(m, BinLinear):
                    m.weight.clamp_(-1, 1)
    if ep % 15 == 0:
        print(ep, loss.item())
net.eval()
with torch.no_grad():
    acc = ((net(X[te]).squeeze(1) > 0) == (y[te] > 0)).float().mean().item()
print("METRIC test_accuracy", acc)
print("METRIC good", float(acc > 0.9))
