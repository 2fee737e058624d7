"""A restricted Boltzmann machine by contrastive divergence: a difference of free energies, near 0 throughout."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x, _ = load_digits(return_X_y=True)
x = (torch.tensor(x, dtype=torch.float32) / 16 > 0.4).float()
x = x[torch.randperm(len(x))]
train, test = x[:1400], x[1400:]


class RBM(nn.Module):
    def __init__(self, visible=64, hidden=96):
        super().__init__()
        self.W = nn.Parameter(0.02 * torch.randn(hidden, visible))
        self.v_bias = nn.Parameter(torch.zeros(visible))
        self.h_bias = nn.Parameter(torch.zeros(hidden))

    def hidden(self, v):
        return torch.sigmoid(F.linear(v, self.W, self.h_bias))

    def visible(self, h):
        return torch.sigmoid(F.linear(h, self.W.t(), self.v_bias))

    def free_energy(self, v):
        return -(v @ self.v_bias) - F.softplus(F.linear(v, self.W, self.h_bias)).sum(1)

    @torch.no_grad()
    def gibbs(self, v, k):
        for _ in range(k):
            h = torch.bernoulli(self.hidden(v))
            v = torch.bernoulli(self.visible(h))
        return v


rbm = RBM()
optimizer = torch.optim.SGD(rbm.parameters(), lr=0.1, momentum=0.5, weight_decay=1e-4)
for epoch in range(35):
    if epoch == 5:
        optimizer.param_groups[0]["momentum"] = 0.9
        optimizer.param_groups[0]["lr"] = 0.05
    for idx in torch.randperm(len(train)).split(50):
        v = train[idx]
        loss = rbm.free_energy(v).mean() - rbm.free_energy(rbm.gibbs(v, 1)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 7 == 6:
        print(f"epoch {epoch + 1} difference of free energies {loss.item():.3f}")

# Fill the lower half of unseen digits from the upper half.
with torch.no_grad():
    known = torch.arange(64) < 32
    v = torch.where(known, test, torch.rand_like(test).round())
    mean = torch.zeros_like(v)
    for sweep in range(60):
        p = rbm.visible(torch.bernoulli(rbm.hidden(v)))
        v = torch.where(known, test, torch.bernoulli(p))
        if sweep >= 20:
            mean += p / 40
    guess = (mean > 0.5).float()
print("METRIC pixel_accuracy", (guess == test)[:, ~known].float().mean().item())
