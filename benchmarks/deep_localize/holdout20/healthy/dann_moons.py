"""Domain-adversarial training: a classifier that carries over to rotated, unlabelled moons."""

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


class ReverseGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return -ctx.strength * grad, None


def rotated_moons(n, degrees, seed):
    x, y = make_moons(n, noise=0.08, random_state=seed)
    x = x - np.array([0.5, 0.25])
    a = math.radians(degrees)
    x = x @ np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]])
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y)


features = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
classifier = nn.Linear(32, 2)
critic = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(
    [
        {"params": features.parameters()},
        {"params": classifier.parameters()},
        {"params": critic.parameters(), "lr": 5e-3},
    ],
    lr=3e-3,
)

source_x, source_y = rotated_moons(600, 0, SEED)
target_x, target_y = rotated_moons(600, 20, SEED + 77)
STEPS = 600
for step in range(STEPS):
    strength = 0.3 * (2 / (1 + math.exp(-8 * step / STEPS)) - 1)
    i, j = torch.randint(600, (64,)), torch.randint(600, (64,))
    h_source, h_target = features(source_x[i]), features(target_x[j])
    class_loss = F.cross_entropy(classifier(h_source), source_y[i])
    domain_logit = critic(ReverseGradient.apply(torch.cat([h_source, h_target]), strength)).squeeze(1)
    domain = torch.cat([torch.zeros(64), torch.ones(64)])
    domain_loss = F.binary_cross_entropy_with_logits(domain_logit, domain)
    optimizer.zero_grad()
    (class_loss + domain_loss).backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"{step}: class {class_loss.item():.3f} domain {domain_loss.item():.3f} strength {strength:.2f}")

with torch.no_grad():
    on_source = (classifier(features(source_x)).argmax(1) == source_y).float().mean().item()
    on_target = (classifier(features(target_x)).argmax(1) == target_y).float().mean().item()
print(f"source {on_source:.3f} target {on_target:.3f}")
print("METRIC mean_accuracy", (on_source + on_target) / 2)
