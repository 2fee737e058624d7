"""Semi-supervised digits with a mean teacher: EMA weights and a consistency ramp-up."""

import copy
import math
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

LABELLED, STEPS, RAMP, EMA = 100, 500, 150, 0.98

digits = load_digits()
x = torch.tensor(digits.data / 16.0, dtype=torch.float32)
y = torch.tensor(digits.target)
perm = torch.randperm(len(x))
x, y = x[perm], y[perm]
x_lab, y_lab = x[:LABELLED], y[:LABELLED]
x_unl = x[LABELLED:1300]
x_test, y_test = x[1300:], y[1300:]


class Student(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 128)
        self.fc2 = nn.Linear(128, 64)
        self.fc3 = nn.Linear(64, 10)
        self.drop = nn.Dropout(0.3)

    def forward(self, x):
        x = self.drop(F.leaky_relu(self.fc1(x), 0.1))
        x = self.drop(F.leaky_relu(self.fc2(x), 0.1))
        return self.fc3(x)


student = Student()
teacher = copy.deepcopy(student)
for p in teacher.parameters():
    p.requires_grad_(False)
optimizer = torch.optim.SGD(student.parameters(), lr=0.1, momentum=0.9, nesterov=True)


def noisy(v):
    return v + 0.15 * torch.randn_like(v)


@torch.no_grad()
def update_teacher(step):
    decay = min(1 - 1 / (step + 1), EMA)
    for t, s in zip(teacher.parameters(), student.parameters()):
        t.mul_(decay).add_(s, alpha=1 - decay)


student.train()
teacher.train()
for step in range(STEPS):
    li = torch.randint(0, LABELLED, (32,))
    ui = torch.randint(0, len(x_unl), (96,))
    weight = 8.0 * math.exp(-5 * (1 - min(step / RAMP, 1)) ** 2)
    supervised = F.cross_entropy(student(noisy(x_lab[li])), y_lab[li])
    with torch.no_grad():
        target = teacher(noisy(x_unl[ui])).softmax(1)
    consistency = F.mse_loss(student(noisy(x_unl[ui])).softmax(1), target)
    loss = supervised + weight * consistency
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    update_teacher(step)
    if step % 100 == 99:
        print(f"step {step + 1} supervised {supervised.item():.3f} consistency {consistency.item():.4f} w {weight:.2f}")

teacher.eval()
with torch.no_grad():
    accuracy = (teacher(x_test).argmax(1) == y_test).float().mean().item()
print("METRIC teacher_accuracy", accuracy)
