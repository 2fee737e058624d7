"""Knowledge distillation: a small student learns from the softened outputs of a teacher."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

T, ALPHA = 4.0, 0.9

digits = load_digits()
x = torch.tensor(digits.data / 16.0, dtype=torch.float32)
y = torch.tensor(digits.target)
perm = torch.randperm(len(x))
train_set = TensorDataset(x[perm[:1300]], y[perm[:1300]])
x_test, y_test = x[perm[1300:]], y[perm[1300:]]
loader = DataLoader(train_set, batch_size=64, shuffle=True)


class Teacher(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 24, 3, padding=1)
        self.bn = nn.BatchNorm2d(24)
        self.fc1 = nn.Linear(24 * 16, 128)
        self.drop = nn.Dropout(0.3)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn(self.conv(x.view(-1, 1, 8, 8)))), 2)
        return self.fc2(self.drop(F.relu(self.fc1(x.flatten(1)))))


student = nn.Sequential(nn.Linear(64, 20), nn.ReLU(), nn.Linear(20, 10))
teacher = Teacher()


def accuracy(model):
    model.eval()
    with torch.no_grad():
        return (model(x_test).argmax(1) == y_test).float().mean().item()


optimizer = torch.optim.Adam(teacher.parameters(), lr=2e-3)
for epoch in range(6):
    teacher.train()
    for xb, yb in loader:
        loss = F.cross_entropy(teacher(xb), yb, label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print("teacher accuracy", accuracy(teacher))

teacher.eval()
for p in teacher.parameters():
    p.requires_grad_(False)

optimizer = torch.optim.RMSprop(student.parameters(), lr=3e-3)
for epoch in range(20):
    student.train()
    for xb, yb in loader:
        with torch.no_grad():
            soft = F.softmax(teacher(xb) / T, dim=1)
        logits = student(xb)
        kd = F.kl_div(F.log_softmax(logits / T, dim=1), soft, reduction="batchmean") * T * T
        loss = ALPHA * kd + (1 - ALPHA) * F.cross_entropy(logits, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} loss {loss.item():.4f} student {accuracy(student):.3f}")

print("METRIC student_accuracy", accuracy(student))
