"""Trains a network while pruning its smallest weights step by step to ninety percent zeros."""

import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

centres = 1.1 * torch.randn(6, 24)


def sample(n):
    y = torch.randint(0, 6, (n,))
    return centres[y] + torch.randn(n, 24), y


class Pruner:
    """Masks of the weight matrices; a pruned weight stays at zero."""

    def __init__(self, model, final=0.9, begin=100, end=350):
        self.weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)][:-1]
        self.masks = [torch.ones_like(w) for w in self.weights]
        self.final, self.begin, self.end = final, begin, end

    def sparsity(self, step):
        progress = min(1.0, max(0.0, (step - self.begin) / (self.end - self.begin)))
        return self.final * (1 - (1 - progress) ** 3)

    @torch.no_grad()
    def apply(self, step):
        for w, mask in zip(self.weights, self.masks):
            if step % 25 == 0:
                k = int(self.sparsity(step) * w.numel())
                if k > 0:
                    mask.copy_(w.abs() > w.abs().flatten().kthvalue(k).values)
            w.mul_(mask)


x, y = sample(1500)
x_test, y_test = sample(500)
model = nn.Sequential(nn.Linear(24, 96), nn.ReLU(), nn.Linear(96, 64), nn.ReLU(), nn.Linear(64, 6))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
pruner = Pruner(model)
for step in range(500):
    idx = torch.randint(0, len(x), (64,))
    loss = nn.functional.cross_entropy(model(x[idx]), y[idx])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    pruner.apply(step)
    if step % 100 == 99:
        zeros = (model[0].weight == 0).float().mean().item()
        print(f"step {step + 1} loss {loss.item():.3f} zeros in the first layer {zeros:.2f}")

model.eval()
with torch.no_grad():
    acc = (model(x_test).argmax(1) == y_test).float().mean().item()
print(f"METRIC test_accuracy {acc:.4f}")
