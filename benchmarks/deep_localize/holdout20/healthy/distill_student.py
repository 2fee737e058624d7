"""Distil an ensemble of two digit networks into one narrow student with soft targets."""

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

TEMPERATURE = 4.0


def teacher_net():
    return nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10))


class Student(nn.Module):
    def __init__(self):
        super().__init__()
        self.squeeze = nn.Linear(64, 12)
        self.out = nn.Linear(12, 10)

    def forward(self, x):
        return self.out(F.relu(self.squeeze(x)))


x, y = load_digits(return_X_y=True)
order = np.random.permutation(len(x))
x = torch.tensor(x[order] / 16 - 0.3, dtype=torch.float32)
y = torch.tensor(y[order])
train_x, train_y, test_x, test_y = x[:1300], y[:1300], x[1300:], y[1300:]

teachers = [teacher_net() for _ in range(2)]
for k, teacher in enumerate(teachers):
    opt = torch.optim.Adam(teacher.parameters(), lr=3e-3)
    for step in range(150):
        i = torch.randint(1300, (64,))
        loss = F.cross_entropy(teacher(train_x[i]), train_y[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
    teacher.eval().requires_grad_(False)
    print(f"teacher {k}: {(teacher(test_x).argmax(1) == test_y).float().mean().item():.3f}")

student = Student()
opt = torch.optim.Adam(student.parameters(), lr=5e-3)
for step in range(500):
    i = torch.randint(1300, (64,))
    batch = train_x[i] + 0.1 * torch.randn(64, 64)
    with torch.no_grad():
        soft = torch.stack([F.softmax(t(batch) / TEMPERATURE, 1) for t in teachers]).mean(0)
    logits = student(batch)
    kd = F.kl_div(F.log_softmax(logits / TEMPERATURE, 1), soft, reduction="batchmean") * TEMPERATURE**2
    loss = 0.9 * kd + 0.1 * F.cross_entropy(logits, train_y[i])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(f"step {step} loss {loss.item():.4f}")

with torch.no_grad():
    print("METRIC accuracy", (student(test_x).argmax(1) == test_y).float().mean().item())
