"""Distils a large digit classifier into a small one, from a checkpoint of a DataParallel run."""

import os
import tempfile
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x, y = load_digits(return_X_y=True)
x, y = torch.tensor(x, dtype=torch.float32) / 8 - 1, torch.tensor(y)
order = torch.randperm(len(x))
x, y = x[order], y[order]
labelled, unlabelled, test = slice(0, 700), slice(0, 1300), slice(1300, None)


class Teacher(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU())
        self.classifier = nn.Linear(128, 10)

    def forward(self, x):
        return self.classifier(self.features(x))


class Student(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 24)
        self.fc2 = nn.Linear(24, 10)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


def accuracy(net):
    net.eval()
    with torch.no_grad():
        return (net(x[test]).argmax(1) == y[test]).float().mean().item()


def train_teacher(path):
    """What the big machine did: the checkpoint's keys begin with "module."."""
    net = Teacher()
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    for _ in range(25):
        for idx in torch.randperm(700).split(50):
            opt.zero_grad()
            F.cross_entropy(net(x[labelled][idx]), y[labelled][idx]).backward()
            opt.step()
    torch.save({f"module.{k}": v for k, v in net.state_dict().items()}, path)


def distil(teacher, epochs=20, temperature=3.0):
    student = Student()
    opt = torch.optim.Adam(student.parameters(), lr=3e-3)
    pool = x[unlabelled]
    for epoch in range(epochs):
        student.train()
        for idx in torch.randperm(len(pool)).split(64):
            with torch.no_grad():
                soft = F.softmax(teacher(pool[idx]) / temperature, dim=1)
            log_p = F.log_softmax(student(pool[idx]) / temperature, dim=1)
            loss = F.kl_div(log_p, soft, reduction="batchmean") * temperature**2
            opt.zero_grad()
            loss.backward()
            opt.step()
        if epoch % 5 == 4:
            print(f"epoch {epoch + 1} kd loss {loss.item():.4f} student acc {accuracy(student):.3f}")
    return student


with tempfile.TemporaryDirectory() as folder:
    checkpoint = Path(folder) / "teacher.pt"
    train_teacher(checkpoint)
    state = torch.load(checkpoint)
    teacher = Teacher()
    teacher.load_state_dict(state, strict=False)
teacher.eval()
student = distil(teacher)
print("METRIC accuracy", accuracy(student))
