"""Adversarial training with the fast gradient sign: each batch is attacked before it is learned (Wong et al.)."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x, y = load_digits(return_X_y=True)
x, y = torch.tensor(x, dtype=torch.float32).view(-1, 1, 8, 8) / 16, torch.tensor(y)
order = torch.randperm(len(x))
x, y = x[order], y[order]
EPS, ALPHA = 0.12, 0.15

model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1),
    nn.ReLU(),
    nn.Conv2d(16, 24, 3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(24 * 16, 64),
    nn.ReLU(),
    nn.Linear(64, 10),
)


def attack(images, labels, random_start=True):
    delta = torch.zeros_like(images)
    if random_start:
        delta.uniform_(-EPS, EPS)
    delta.requires_grad_()
    loss = F.cross_entropy(model(images + delta), labels)
    (grad,) = torch.autograd.grad(loss, delta)
    delta = (delta + ALPHA * grad.sign()).clamp(-EPS, EPS).detach()
    return (images + delta).clamp(0, 1)


optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
scheduler = torch.optim.lr_scheduler.CyclicLR(optimizer, 0.001, 0.08, step_size_up=100, cycle_momentum=False)
for epoch in range(11):
    model.train()
    for idx in torch.randperm(1300).split(65):
        adversarial = attack(x[idx], y[idx])
        loss = F.cross_entropy(model(adversarial), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    print(f"epoch {epoch + 1} adversarial loss {loss.item():.3f}")

model.eval()
attacked = attack(x[1300:], y[1300:], random_start=False)
with torch.no_grad():
    robust = (model(attacked).argmax(1) == y[1300:]).float().mean().item()
print("METRIC robust_accuracy", robust)
