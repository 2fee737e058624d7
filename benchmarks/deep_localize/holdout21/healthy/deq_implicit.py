"""Deep equilibrium classifier: fixed point found without a graph, gradient through a backward hook (implicit differentiation)."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(int(os.environ.get("SEED", 0)))
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
perm = torch.randperm(len(X))
X, y = X[perm], y[perm]


class Cell(nn.Module):
    def __init__(self, n_in, h):
        super().__init__()
        self.inp = nn.Linear(n_in, h)
        self.rec = nn.Linear(h, h, bias=False)
        nn.init.orthogonal_(self.rec.weight, gain=0.5)

    def forward(self, z, x):
        return torch.tanh(self.rec(z) + self.inp(x))


class DEQ(nn.Module):
    def __init__(self, h=64, tol=1e-4, max_iter=20):
        super().__init__()
        self.cell, self.head = Cell(64, h), nn.Linear(h, 10)
        self.h, self.tol, self.max_iter = h, tol, max_iter

    def solve(self, f, z):
        for _ in range(self.max_iter):
            z_new = f(z)
            if (z_new - z).norm() < self.tol * (1 + z.norm()):
                return z_new
            z = z_new
        return z

    def forward(self, x):
        with torch.no_grad():
            z = self.solve(lambda z: self.cell(z, x), x.new_zeros(len(x), self.h))
        z = self.cell(z, x)
        if self.training:
            z0 = z.detach().requires_grad_()
            f0 = self.cell(z0, x)

            def implicit(grad):
                return self.solve(lambda g: torch.autograd.grad(f0, z0, g, retain_graph=True)[0] + grad, grad)

            z.register_hook(implicit)
        return self.head(z)


model = DEQ()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(9):
    model.train()
    tot = 0.0
    for idx in torch.randperm(1300).split(65):
        loss = F.cross_entropy(model(X[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() / 20
    model.eval()
    with torch.no_grad():
        acc = (model(X[1300:]).argmax(1) == y[1300:]).float().mean().item()
    print(f"epoch {epoch} loss {tot:.4f} test acc {acc:.3f}")
print("METRIC accuracy", acc)
