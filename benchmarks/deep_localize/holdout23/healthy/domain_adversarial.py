"""Domain-adversarial training with a gradient reversal layer on two shifted domains."""

import math
import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import make_moons

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

STEPS = 700


class GradReverse(torch.autograd.Function):
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
        self.feature = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())
        self.label = nn.Linear(16, 2)
        self.domain = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2))

    def forward(self, x, strength):
        h = self.feature(x)
        return self.label(h), self.domain(GradReverse.apply(h, strength))


def moons(n, degrees):
    x, y = make_moons(n, noise=0.1, random_state=np.random.randint(10**6))
    a = math.radians(degrees)
    rotation = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
    x = (x - [0.5, 0.25]) @ rotation.T
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y)


xs, ys = moons(1000, 0)
xt, yt = moons(1000, 20)
model = DANN()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

for step in range(STEPS):
    p = step / STEPS
    strength = 0.5 * (2 / (1 + math.exp(-10 * p)) - 1)
    for group in optimizer.param_groups:
        group["lr"] = 0.05 / (1 + 10 * p) ** 0.75
    i, j = torch.randint(0, 1000, (64,)), torch.randint(0, 1000, (64,))
    label_s, domain_s = model(xs[i], strength)
    _, domain_t = model(xt[j], strength)
    loss_label = F.cross_entropy(label_s, ys[i])
    loss_domain = F.cross_entropy(domain_s, torch.zeros(64, dtype=torch.long))
    loss_domain = loss_domain + F.cross_entropy(domain_t, torch.ones(64, dtype=torch.long))
    loss = loss_label + loss_domain
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step} label {loss_label.item():.3f} domain {loss_domain.item():.3f}")

model.eval()
with torch.no_grad():
    source = (model(xs, 0.0)[0].argmax(1) == ys).float().mean().item()
    target = (model(xt, 0.0)[0].argmax(1) == yt).float().mean().item()
print(f"source accuracy {source:.3f}")
print("METRIC target_accuracy", target)
