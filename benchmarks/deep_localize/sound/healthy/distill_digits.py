"""Knowledge distillation: a teacher is trained, frozen, then a small student learns from its softened outputs only,
on mixed-up unlabelled images, temperature 4."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

X, y = load_digits(return_X_y=True)
X = torch.tensor(X / 16, dtype=torch.float32)
y = torch.tensor(y)
p = torch.randperm(len(X))
Xtr, ytr, Xte, yte = X[p[:1300]], y[p[:1300]], X[p[1300:]], y[p[1300:]]

teacher = nn.Sequential(
    nn.Linear(64, 256), nn.GELU(), nn.Dropout(0.2), nn.Linear(256, 256), nn.GELU(), nn.Dropout(0.2), nn.Linear(256, 10)
)
opt = torch.optim.AdamW(teacher.parameters(), lr=2e-3)
for ep in range(12):
    for xb, yb in DataLoader(TensorDataset(Xtr, ytr), 64, shuffle=True):
        opt.zero_grad()
        loss = F.cross_entropy(teacher(xb), yb)
        loss.backward()
        opt.step()
print("teacher train loss", loss.item())
teacher.eval().requires_grad_(False)

student = nn.Sequential(nn.Linear(64, 20), nn.ReLU(), nn.Linear(20, 10))
opt = torch.optim.AdamW(student.parameters(), lr=5e-3)
T = 4.0
for ep in range(22):
    for (xb,) in DataLoader(TensorDataset(Xtr), 64, shuffle=True):
        lam = torch.rand(len(xb), 1) * 0.5
        xb = (1 - lam) * xb + lam * xb[torch.randperm(len(xb))]
        with torch.no_grad():
            t = (teacher(xb) / T).softmax(-1)
        s = (student(xb) / T).log_softmax(-1)
        loss = T * T * F.kl_div(s, t, reduction="batchmean")
        opt.zero_grad()
        loss.backward()
        opt.step()
    if ep % 10 == 0:
        print(ep, loss.item())
with torch.no_grad():
    ta = (teacher(Xte).argmax(1) == yte).float().mean().item()
    sa = (student(Xte).argmax(1) == yte).float().mean().item()
print("teacher", ta)
print("METRIC student_acc", round(sa, 4))
print("METRIC good", float(sa > 0.9))
