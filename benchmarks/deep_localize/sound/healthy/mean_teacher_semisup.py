"""Mean teacher: 60 labelled digits, the rest unlabelled; consistency with an EMA teacher ramps up, so the total loss first falls
and then rises while accuracy keeps improving."""

import copy
import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
p = torch.randperm(len(X))
X, y = X[p], y[p]
lab = torch.cat([(y[:1300] == c).nonzero()[:6, 0] for c in range(10)])
XU, XT, YT = X[:1300], X[1300:], y[1300:]


def noisy(x):
    return (x + 0.15 * torch.randn_like(x)) * (torch.rand_like(x) > 0.1)


student = nn.Sequential(
    nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10)
)
teacher = copy.deepcopy(student)
for q in teacher.parameters():
    q.detach_()
opt = torch.optim.SGD(student.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
STEPS, RAMP = 1000, 400
for it in range(STEPS):
    u = XU[torch.randint(len(XU), (96,))]
    i = lab[torch.randint(len(lab), (32,))]
    logits = student(noisy(torch.cat([X[i], u])))
    with torch.no_grad():
        tp = teacher(noisy(u)).softmax(-1)
    sup = F.cross_entropy(logits[:32], y[i])
    con = (logits[32:].softmax(-1) - tp).square().sum(1).mean()
    w = 8.0 * math.exp(-5 * (1 - min(1, it / RAMP)) ** 2)
    loss = sup + w * con
    opt.zero_grad()
    loss.backward()
    opt.step()
    a = min(0.99, 1 - 1 / (it + 2))
    with torch.no_grad():
        for t, s in zip(teacher.parameters(), student.parameters()):
            t.mul_(a).add_(s, alpha=1 - a)
    if it % 200 == 0:
        print(f"{it} sup {sup.item():.3f} con {con.item():.4f} w {w:.2f}")
teacher.eval()
with torch.no_grad():
    acc = (teacher(XT).argmax(1) == YT).float().mean().item()
print("METRIC teacher_acc", round(acc, 4))
print("METRIC good", float(acc > 0.8))
