"""Mean teacher: 60 labelled samples, the rest by consistency with a slow copy; ramp-up of its weight."""

import copy
import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def moons(n):
    y = torch.arange(n) % 2
    t = math.pi * torch.rand(n)
    x = torch.stack([t.cos() + y * (1 - 2 * t.cos()), t.sin() + y * (0.5 - 2 * t.sin())], dim=1)
    return (x + 0.1 * torch.randn(n, 2) - torch.tensor([0.5, 0.25])) * 1.5, y


x_labelled, y_labelled = moons(60)
x_free, _ = moons(1500)
x_test, y_test = moons(1000)

student = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
teacher = copy.deepcopy(student)
for p in teacher.parameters():
    p.requires_grad_(False)
optimizer = torch.optim.Adam(student.parameters(), lr=3e-3)
STEPS = 1000


def jitter(x):
    return x + 0.1 * torch.randn_like(x)


def accuracy():
    with torch.no_grad():
        return (teacher(x_test).argmax(1) == y_test).float().mean().item()


for step in range(1, STEPS + 1):
    ramp = math.exp(-5 * (1 - min(1.0, step / 400)) ** 2)
    supervised = F.cross_entropy(student(jitter(x_labelled)), y_labelled)
    unlabelled = x_free[torch.randint(len(x_free), (100,))]
    with torch.no_grad():
        target = teacher(jitter(unlabelled)).softmax(1)
    consistency = F.mse_loss(student(jitter(unlabelled)).softmax(1), target)
    loss = supervised + 8 * ramp * consistency
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    decay = min(0.99, 1 - 1 / (step + 1))
    with torch.no_grad():
        for slow, fast in zip(teacher.parameters(), student.parameters()):
            slow.mul_(decay).add_(fast, alpha=1 - decay)
    if step % 200 == 0:
        print(
            f"step {step} supervised {supervised.item():.4f} consistency {consistency.item():.5f} teacher {accuracy():.3f}"
        )

print("METRIC teacher_accuracy", accuracy())
