"""Distils a convolutional teacher into a tiny student; the teacher's logits are computed once and kept."""

import os

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

TEMPERATURE, ALPHA = 3.0, 0.9


class Digits(Dataset):
    def __init__(self, images, labels):
        self.images = torch.tensor(images, dtype=torch.float32).view(-1, 1, 8, 8) / 8 - 1
        self.labels = torch.tensor(labels)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return self.images[i], self.labels[i], i


def make_teacher():
    return nn.Sequential(
        nn.Conv2d(1, 24, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(24, 48, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(48 * 16, 64),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(64, 10),
    )


def make_student():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))


@torch.no_grad()
def accuracy(model, loader):
    model.eval()
    return sum((model(x).argmax(1) == y).sum().item() for x, y, _ in loader) / len(loader.dataset)


def train_teacher(teacher, loader, epochs=4):
    optimizer = torch.optim.Adam(teacher.parameters(), lr=2e-3)
    for _ in range(epochs):
        teacher.train()
        for x, y, _ in loader:
            loss = F.cross_entropy(teacher(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


@torch.no_grad()
def collect_logits(teacher, loader):
    teacher.eval()
    return torch.cat([teacher(x) for x, _, _ in loader])


def distil(student, soft, loader, epochs=20):
    optimizer = torch.optim.Adam(student.parameters(), lr=3e-3)
    for epoch in range(epochs):
        student.train()
        for x, y, index in loader:
            logits = student(x)
            kd = F.kl_div(
                F.log_softmax(logits / TEMPERATURE, 1), F.softmax(soft[index] / TEMPERATURE, 1), reduction="batchmean"
            )
            loss = ALPHA * TEMPERATURE**2 * kd + (1 - ALPHA) * F.cross_entropy(logits, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if epoch % 5 == 4:
            print(f"epoch {epoch + 1} loss {loss.item():.4f}")


data = load_digits()
x_train, x_test, y_train, y_test = train_test_split(data.data, data.target, test_size=0.3, random_state=SEED)
train_set = Digits(x_train, y_train)
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(Digits(x_test, y_test), batch_size=256)

teacher, student = make_teacher(), make_student()
train_teacher(teacher, train_loader)
print(f"teacher accuracy {accuracy(teacher, test_loader):.3f}")
soft_targets = collect_logits(teacher, train_loader)
distil(student, soft_targets, train_loader)
print(f"METRIC accuracy {accuracy(student, test_loader):.4f}")
