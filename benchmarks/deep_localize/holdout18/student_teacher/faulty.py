"""Knowledge distillation of a wide classifier into a small student, soft targets only."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CLASSES, DIM = 6, 12


def make_data(n):
    x = torch.randn(n, DIM)
    gen = torch.Generator().manual_seed(100 + SEED)
    w = torch.randn(DIM, CLASSES, generator=gen)
    v = torch.randn(DIM, CLASSES, generator=gen)
    scores = x @ w * 0.5 + (x.abs() @ v) * 0.5
    y = torch.distributions.Categorical(logits=scores).sample()
    return x, y


class Distiller:
    def __init__(self, teacher, student, temperature=2.0, lr=3e-3):
        self.teacher = teacher.eval()
        self.student = student
        self.temperature = temperature
        self.optimizer = torch.optim.Adam(student.parameters(), lr=lr)
        self.criterion = nn.KLDivLoss(reduction="batchmean")

    def step(self, x):
        t = self.temperature
        with torch.no_grad():
            soft_targets = F.softmax(self.teacher(x) / t, dim=1)
        student_out = F.softmax(self.student(x) / t, dim=1)
        loss = self.criterion(student_out, soft_targets) * t * t
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


@torch.no_grad()
def agreement(teacher, student, x):
    """Mean KL divergence of the student's prediction from the teacher's."""
    teacher.eval()
    student.eval()
    p = F.log_softmax(teacher(x), dim=1)
    q = F.log_softmax(student(x), dim=1)
    return (p.exp() * (p - q)).sum(1).mean().item()


x_train, y_train = make_data(2000)
x_test, y_test = make_data(500)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=64, shuffle=True)

teacher = nn.Sequential(nn.Linear(DIM, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, CLASSES))
teacher_optimizer = torch.optim.AdamW(teacher.parameters(), lr=3e-3, weight_decay=1e-2)
for epoch in range(10):
    for xb, yb in loader:
        teacher_optimizer.zero_grad()
        F.cross_entropy(teacher(xb), yb).backward()
        teacher_optimizer.step()

student = nn.Sequential(nn.Linear(DIM, 32), nn.ReLU(), nn.Linear(32, CLASSES))
distiller = Distiller(teacher, student)
for epoch in range(15):
    student.train()
    losses = [distiller.step(xb) for xb, _ in loader]
    if epoch % 5 == 4:
        kl = agreement(teacher, student, x_test)
        student.train()
        print(f"epoch {epoch + 1} loss {sum(losses) / len(losses):.4f} test kl {kl:.4f}")

kl = agreement(teacher, student, x_test)
print(f"METRIC kl_to_teacher {kl:.5f}")
