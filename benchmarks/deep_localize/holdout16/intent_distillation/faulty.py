"""Distils a large intent classifier into a small one for a phone."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

N_FEATURES, N_INTENTS, TEMPERATURE = 30, 6, 3.0
centres = torch.randn(N_INTENTS, N_FEATURES)


def utterances(n):
    """Sentence features of ambiguous requests."""
    y = torch.randint(0, N_INTENTS, (n,))
    return centres[y] * 0.45 + torch.randn(n, N_FEATURES), y


def mlp(hidden):
    return nn.Sequential(nn.Linear(N_FEATURES, hidden), nn.ReLU(), nn.Dropout(0.1), nn.Linear(hidden, N_INTENTS))


class Distiller:
    def __init__(self, teacher, student, lr=3e-3):
        self.teacher = teacher.eval()
        self.student = student
        self.optimizer = torch.optim.Adam(student.parameters(), lr=lr)

    def loss(self, student_logits, teacher_logits):
        return (
            F.kl_div(
                F.softmax(student_logits / TEMPERATURE, dim=1),
                F.softmax(teacher_logits / TEMPERATURE, dim=1),
                reduction="batchmean",
            )
            * TEMPERATURE**2
        )

    def train_epoch(self, x):
        self.student.train()
        total = 0.0
        for batch in x[torch.randperm(len(x))].split(64):
            with torch.no_grad():
                teacher_logits = self.teacher(batch)
            loss = self.loss(self.student(batch), teacher_logits)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.item() * len(batch)
        return total / len(x)


x_train, y_train = utterances(3000)
x_test, y_test = utterances(1000)

teacher = mlp(128)
teacher_opt = torch.optim.AdamW(teacher.parameters(), lr=2e-3, weight_decay=0.05)
for epoch in range(4):
    for index in torch.randperm(len(x_train)).split(64):
        loss = F.cross_entropy(teacher(x_train[index]), y_train[index])
        teacher_opt.zero_grad()
        loss.backward()
        teacher_opt.step()
print(f"teacher loss {loss.item():.4f}")

distiller = Distiller(teacher, mlp(24))
for epoch in range(12):
    print(f"distillation epoch {epoch} loss {distiller.train_epoch(x_train):.4f}")

distiller.student.eval()
with torch.no_grad():
    log_student = F.log_softmax(distiller.student(x_test), dim=1)
    log_teacher = F.log_softmax(distiller.teacher(x_test), dim=1)
agreement = (log_student.argmax(1) == log_teacher.argmax(1)).float().mean().item()
divergence = F.kl_div(log_student, log_teacher, reduction="batchmean", log_target=True).item()
print(f"agreement with teacher {agreement:.4f}")
print(f"METRIC kl_to_teacher {divergence:.5f}")
