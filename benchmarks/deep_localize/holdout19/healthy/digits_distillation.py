"""Distil a wide teacher into a tiny student with soft targets."""

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


class Teacher(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 128)
        self.fc2 = nn.Linear(128, 128)
        self.fc3 = nn.Linear(128, 10)
        self.drop = nn.Dropout(0.3)

    def forward(self, x):
        x = self.drop(F.relu(self.fc1(x)))
        x = self.drop(F.relu(self.fc2(x)))
        return self.fc3(x)


class Student(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 16)
        self.fc2 = nn.Linear(16, 10)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


class DistillationLoss(nn.Module):
    def __init__(self, temperature=4.0, alpha=0.8):
        super().__init__()
        self.temperature, self.alpha = temperature, alpha

    def forward(self, student_logits, teacher_logits, labels):
        t = self.temperature
        soft = (
            F.kl_div(
                F.log_softmax(student_logits / t, dim=1), F.softmax(teacher_logits / t, dim=1), reduction="batchmean"
            )
            * t
            * t
        )
        hard = F.cross_entropy(student_logits, labels)
        return self.alpha * soft + (1 - self.alpha) * hard


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


digits = load_digits()
x = torch.tensor((digits.data - 5.0) / 6.0, dtype=torch.float32)
y = torch.tensor(digits.target)
order = torch.randperm(len(x))
train, test = order[:1350], order[1350:]
loader = DataLoader(TensorDataset(x[train], y[train]), batch_size=45, shuffle=True)

teacher = Teacher()
teacher_opt = torch.optim.AdamW(teacher.parameters(), lr=1e-3)
for epoch in range(10):
    teacher.train()
    for xb, yb in loader:
        teacher_opt.zero_grad()
        F.cross_entropy(teacher(xb), yb).backward()
        teacher_opt.step()
print("teacher accuracy", accuracy(teacher, x[test], y[test]))

teacher.eval()
for p in teacher.parameters():
    p.requires_grad = False

student = Student()
student_opt = torch.optim.AdamW(student.parameters(), lr=5e-3)
criterion = DistillationLoss()
for epoch in range(15):
    student.train()
    for xb, yb in loader:
        with torch.no_grad():
            teacher_logits = teacher(xb)
        loss = criterion(student(xb), teacher_logits, yb)
        student_opt.zero_grad()
        loss.backward()
        student_opt.step()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} loss {loss.item():.4f}")

print("METRIC student_accuracy", accuracy(student, x[test], y[test]))
