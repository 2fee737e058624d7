"""A layer at its fixed point: found without a graph, one step with a graph for the gradient (JFB)."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_breast_cancer

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x, y = load_breast_cancer(return_X_y=True)
x = torch.tensor((x - x.mean(0)) / x.std(0), dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32)
order = torch.randperm(len(x))
x, y = x[order], y[order]


class Equilibrium(nn.Module):
    def __init__(self, n_in, width=32):
        super().__init__()
        self.inject = nn.Linear(n_in, width)
        self.inner = nn.utils.parametrizations.spectral_norm(nn.Linear(width, width, bias=False))
        self.readout = nn.Linear(width, 1)

    def cell(self, z, u):
        return torch.tanh(0.9 * self.inner(z) + u)

    def forward(self, x):
        u = self.inject(x)
        with torch.no_grad():
            z = torch.zeros_like(u)
            for _ in range(25):
                z = self.cell(z, u)
        return self.readout(self.cell(z, u)).squeeze(1)


model = Equilibrium(30)
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
for epoch in range(20):
    model.train()
    for idx in torch.randperm(400).split(40):
        loss = F.binary_cross_entropy_with_logits(model(x[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} loss {loss.item():.3f}")

model.eval()
with torch.no_grad():
    accuracy = ((model(x[400:]) > 0) == (y[400:] > 0.5)).float().mean().item()
print("METRIC accuracy", accuracy)
