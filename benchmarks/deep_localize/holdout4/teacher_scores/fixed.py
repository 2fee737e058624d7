import os

import torch
from sklearn.datasets import load_digits
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def load():
    d = load_digits()
    x, y = torch.tensor(d.data, dtype=torch.float32) / 16, torch.tensor(d.target)
    p = torch.randperm(len(x))
    return x[p], y[p]


class MLP(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.l1 = nn.Linear(64, width)
        self.l2 = nn.Linear(width, 10)

    def forward(self, x):
        return self.l2(torch.relu(self.l1(x)))


def train_teacher(model, loader, epochs=6):
    opt = optim.Adam(model.parameters(), lr=4e-3)
    for _ in range(epochs):
        for x, y in loader:
            opt.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            opt.step()


def train_student(student, teacher, loader, epochs=8, T=2.0):
    opt = optim.Adam(student.parameters(), lr=4e-3)
    kl = nn.KLDivLoss(reduction="batchmean")
    for epoch in range(epochs):
        for x, _ in loader:
            with torch.no_grad():
                t = teacher(x) / T
            s = student(x) / T
            loss = kl(torch.log_softmax(s, dim=1), torch.softmax(t, dim=1)) * T**2
            opt.zero_grad()
            loss.backward()
            opt.step()
        print("epoch", epoch, "loss", loss.item())


x, y = load()
loader = DataLoader(TensorDataset(x[:1300], y[:1300]), batch_size=50, shuffle=True)
teacher, student = MLP(128), MLP(24)
train_teacher(teacher, loader)
train_student(student, teacher, loader)
with torch.no_grad():
    print("teacher", (teacher(x[1300:]).argmax(1) == y[1300:]).float().mean().item())
    print("METRIC accuracy", (student(x[1300:]).argmax(1) == y[1300:]).float().mean().item())
