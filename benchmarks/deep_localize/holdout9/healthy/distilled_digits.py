"""A frozen teacher of digits teaches a small student with softened answers beside the true labels."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

x, y = load_digits(return_X_y=True)
x, y = torch.tensor(x, dtype=torch.float32) / 16, torch.tensor(y)
order = torch.randperm(len(x))
train, test = order[:1300], order[1300:]

teacher = nn.Sequential(
    nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)
)
student = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))


def epochs(model, optimizer, count, cost):
    for epoch in range(count):
        model.train()
        total = 0.0
        for idx in train[torch.randperm(len(train))].split(50):
            loss = cost(model(x[idx]), idx)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(idx)
        print(f"  {epoch}: {total / len(train):.4f}")
    model.eval()


print("teacher")
epochs(teacher, torch.optim.Adam(teacher.parameters(), lr=2e-3), 10, lambda out, idx: F.cross_entropy(out, y[idx]))
teacher.requires_grad_(False)

T, ALPHA = 4.0, 0.8


def distillation(out, idx):
    soft = F.kl_div(F.log_softmax(out / T, 1), F.softmax(teacher(x[idx]) / T, 1), reduction="batchmean") * T * T
    return ALPHA * soft + (1 - ALPHA) * F.cross_entropy(out, y[idx])


print("student")
epochs(student, torch.optim.SGD(student.parameters(), lr=0.05, momentum=0.9), 14, distillation)
with torch.no_grad():
    print("METRIC accuracy", (student(x[test]).argmax(1) == y[test]).float().mean().item())
