"""Distil a wide, frozen digit teacher into a narrow student with softened targets."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

T = 4.0
ALPHA = 0.8


def mlp(width):
    return nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 10))


def batches(indices, size=64):
    return indices[torch.randperm(len(indices))].split(size)


@torch.no_grad()
def accuracy(model, indices):
    model.eval()
    return (model(x[indices]).argmax(1) == y[indices]).float().mean().item()


digits = load_digits()
x = torch.tensor(digits.data / 16.0, dtype=torch.float32)
y = torch.tensor(digits.target)
order = torch.randperm(len(x))
train, test = order[:1350], order[1350:]

teacher = mlp(256)
optimizer = torch.optim.Adam(teacher.parameters(), lr=1e-3)
for epoch in range(10):
    teacher.train()
    for batch in batches(train):
        loss = F.cross_entropy(teacher(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print("teacher", round(accuracy(teacher, test), 4))

teacher.eval()
for parameter in teacher.parameters():
    parameter.requires_grad_(False)

student = mlp(24)
optimizer = torch.optim.Adam(student.parameters(), lr=4e-3)
for epoch in range(20):
    student.train()
    running = []
    for batch in batches(train):
        logits = student(x[batch])
        with torch.no_grad():
            soft = F.softmax(teacher(x[batch]) / T, dim=1)
        distil = F.kl_div(F.log_softmax(logits / T, dim=1), soft, reduction="batchmean") * T * T
        hard = F.cross_entropy(logits, y[batch])
        loss = ALPHA * distil + (1 - ALPHA) * hard
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running.append(loss.item())
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} loss {np.mean(running):.4f}")

print("METRIC student_accuracy", accuracy(student, test))
