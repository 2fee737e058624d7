"""Teacher ensemble to a small student: teachers trained first, then frozen in eval mode; student
under bfloat16 autocast with gradient accumulation over 4 micro-batches, EMA copy for testing."""

import copy
import os

import torch
import torch.nn.functional as F
from sklearn.datasets import make_moons
from torch import nn

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)
torch.set_num_threads(1)
n = 6000
X, y = make_moons(n, noise=0.15, random_state=seed)
X = torch.cat([torch.tensor(X).float(), torch.randn(n, 8)], 1)  # eight columns of pure noise
y = torch.tensor(y)
tr = slice(0, 4000)
te = slice(4000, n)


def mlp(w, drop=0.0):
    return nn.Sequential(nn.Linear(10, w), nn.ReLU(), nn.Dropout(drop), nn.Linear(w, w), nn.ReLU(), nn.Linear(w, 2))


teachers = nn.ModuleList(mlp(64, 0.2) for _ in range(2))
for t in teachers:
    opt = torch.optim.Adam(t.parameters(), lr=3e-3, weight_decay=1e-4)
    for ep in range(10):
        for idx in torch.randperm(4000).split(80):
            loss = F.cross_entropy(t(X[tr][idx]), y[tr][idx])
            opt.zero_grad()
            loss.backward()
            opt.step()
teachers.eval().requires_grad_(False)

student = mlp(16)
ema = copy.deepcopy(student).requires_grad_(False)
opt = torch.optim.SGD(student.parameters(), lr=0.1, momentum=0.9)
TEMP, ACC = 4.0, 4
micro = 0
for ep in range(16):
    for idx in torch.randperm(4000).split(32):
        xb, yb = X[tr][idx], y[tr][idx]
        with torch.no_grad():
            soft = sum(F.softmax(t(xb) / TEMP, 1) for t in teachers) / len(teachers)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = student(xb)
        out = out.float()
        kd = F.kl_div(F.log_softmax(out / TEMP, 1), soft, reduction="batchmean") * TEMP**2
        loss = 0.9 * kd + 0.1 * F.cross_entropy(out, yb)
        (loss / ACC).backward()
        micro += 1
        if micro % ACC == 0:
            opt.step()
            opt.zero_grad()
            with torch.no_grad():
                for a, b in zip(ema.parameters(), student.parameters()):
                    a.lerp_(b, 0.02)
    if ep % 6 == 0:
        print(ep, loss.item())
ema.eval()
with torch.no_grad():
    acc = (ema(X[te]).argmax(1) == y[te]).float().mean().item()
print("METRIC ema_student_accuracy", acc)
print("METRIC good", float(acc > 0.9))
