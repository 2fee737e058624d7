"""Domain-adversarial training with gradient reversal between two rotated point clouds."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Function

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class ReverseGradient(Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return -ctx.strength * grad, None


class DANN(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())
        self.label_head = nn.Linear(16, 3)
        self.domain_head = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, x, strength=0.0):
        f = self.features(x)
        return self.label_head(f), self.domain_head(ReverseGradient.apply(f, strength)).squeeze(1)


def make_domain(n, shift, rng):
    """Three classes in the first three columns; the last three tell the domain."""
    y = rng.integers(0, 3, n)
    x = rng.normal(0, 0.6, (n, 6))
    x[np.arange(n), y] += 2.0
    x[:, 3:] += shift
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y)


rng = np.random.default_rng(SEED)
source_x, source_y = make_domain(1200, 0.0, rng)
target_x, target_y = make_domain(1200, 1.5, rng)
test_x, test_y = make_domain(500, 1.5, rng)

model = DANN()
optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
STEPS = 400
for step in range(STEPS):
    progress = step / STEPS
    strength = 2.0 / (1.0 + np.exp(-10 * progress)) - 1.0
    for group in optimizer.param_groups:
        group["lr"] = 0.03 / (1 + 10 * progress) ** 0.75
    i, j = torch.randint(0, 1200, (64,)), torch.randint(0, 1200, (64,))
    class_logits, source_domain = model(source_x[i], 0.3 * strength)
    _, target_domain = model(target_x[j], 0.3 * strength)
    label_loss = F.cross_entropy(class_logits, source_y[i])
    domain_loss = F.binary_cross_entropy_with_logits(
        source_domain, torch.ones(64)
    ) + F.binary_cross_entropy_with_logits(target_domain, torch.zeros(64))
    optimizer.zero_grad()
    (label_loss + domain_loss).backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step}: label {label_loss.item():.3f} domain {domain_loss.item():.3f}")

model.eval()
with torch.no_grad():
    print("METRIC target_accuracy", (model(test_x)[0].argmax(1) == test_y).float().mean().item())
