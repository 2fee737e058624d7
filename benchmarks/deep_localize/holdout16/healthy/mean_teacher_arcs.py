"""Semi-supervised learning with a mean teacher: few labelled points, many unlabelled ones, marked -1."""

import copy
import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def arcs(n):
    y = torch.randint(0, 2, (n,))
    t = torch.rand(n) * math.pi
    x = torch.stack([torch.where(y == 0, t.cos(), 1 - t.cos()), torch.where(y == 0, t.sin(), 0.4 - t.sin())], 1)
    return (x - torch.tensor([0.5, 0.2])) / torch.tensor([0.85, 0.5]) + 0.12 * torch.randn(n, 2), y


def network():
    return nn.Sequential(nn.Linear(2, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 2))


x, y = arcs(1000)
x_test, y_test = arcs(500)
targets = torch.full_like(y, -1)
for c in (0, 1):
    known = (y == c).nonzero().squeeze(1)[:25]
    targets[known] = c
labelled = targets >= 0
# labelled points are drawn more often so that every batch holds some
weights = torch.where(labelled, 0.25 / labelled.sum(), 0.75 / (~labelled).sum())
sampler = torch.utils.data.WeightedRandomSampler(weights.double(), num_samples=1000)
loader = DataLoader(TensorDataset(x, targets), batch_size=50, sampler=sampler)

student = network()
teacher = copy.deepcopy(student)
for p in teacher.parameters():
    p.requires_grad_(False)
optimizer = torch.optim.Adam(student.parameters(), lr=3e-3)


@torch.no_grad()
def update_teacher(step):
    decay = min(1 - 1 / (step + 1), 0.98)
    for t, s in zip(teacher.parameters(), student.parameters()):
        t.mul_(decay).add_(s, alpha=1 - decay)


step = 0
for epoch in range(30):
    student.train()
    ramp = math.exp(-5 * (1 - min(1.0, epoch / 12)) ** 2)
    for xb, tb in loader:
        out = student(xb + 0.1 * torch.randn_like(xb))
        with torch.no_grad():
            goal = teacher(xb + 0.1 * torch.randn_like(xb)).softmax(1)
        supervised = F.cross_entropy(out, tb, ignore_index=-1)
        consistency = F.mse_loss(out.softmax(1), goal)
        loss = supervised + 3.0 * ramp * consistency
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        update_teacher(step)
    if epoch % 6 == 5:
        print(
            f"epoch {epoch + 1} supervised {supervised.item():.4f} consistency {consistency.item():.5f} ramp {ramp:.2f}"
        )

teacher.eval()
with torch.no_grad():
    accuracy = (teacher(x_test).argmax(1) == y_test).float().mean().item()
print(f"METRIC teacher_accuracy {accuracy:.4f}")
