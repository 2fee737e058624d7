"""Knowledge distillation: a small student learns from a teacher's soft outputs on a pool without labels."""

import argparse
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))


def train_teacher(teacher, loader, epochs):
    optimizer = torch.optim.Adam(teacher.parameters(), lr=2e-3)
    for _ in range(epochs):
        teacher.train()
        for x, y in loader:
            optimizer.zero_grad()
            F.cross_entropy(teacher(x), y).backward()
            optimizer.step()


def loss_fn_kd(student_out, teacher_out, T):
    return (
        F.kl_div(F.log_softmax(student_out / T, dim=1), F.softmax(teacher_out / T, dim=1), reduction="batchmean")
        * T
        * T
    )


def train_kd(student, teacher, loader, args):
    optimizer = torch.optim.Adam(student.parameters(), lr=args.lr)
    teacher.eval()
    for epoch in range(args.epochs):
        student.train()
        running = 0.0
        for i, (x,) in enumerate(loader):
            with torch.no_grad():
                teacher_out = teacher(x)
            loss = loss_fn_kd(student(x), teacher_out, args.temperature)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            running += loss.item()
        print(f"- epoch {epoch + 1}/{args.epochs} kd loss {running / len(loader):.3f}")


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--temperature", type=float, default=3.0)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)

    digits = load_digits()
    x = torch.tensor(digits.data / 16.0, dtype=torch.float32)
    y = torch.tensor(digits.target)
    order = torch.randperm(len(x))
    labelled, pool, held = order[:600], order[600:1400], order[1400:]

    teacher = nn.Sequential(
        nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10)
    )
    train_teacher(teacher, DataLoader(TensorDataset(x[labelled], y[labelled]), batch_size=32, shuffle=True), epochs=20)
    print(f"teacher accuracy {accuracy(teacher, x[held], y[held]):.3f}")

    student = nn.Sequential(nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 10))
    train_kd(student, teacher, DataLoader(TensorDataset(x[pool]), batch_size=40, shuffle=True), args)
    print("METRIC accuracy", round(accuracy(student, x[held], y[held]), 4))
