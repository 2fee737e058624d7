# distillation: trained teacher, small student learns from softened outputs only
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(int(os.environ.get("SEED", "0")))
X, y = load_digits(return_X_y=True)
order = torch.randperm(len(y))
X = torch.tensor(X / 16, dtype=torch.float32)[order]
y = torch.tensor(y)[order]
teacher = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10))
student = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))


def run(net, loss_of, epochs, lr):
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    net.train()
    for epoch in range(epochs):
        for idx in torch.randperm(1200).split(50):
            loss = loss_of(idx)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())
    net.eval()


run(teacher, lambda i: F.cross_entropy(teacher(X[i]), y[i]), 6, 3e-3)
T = 4.0


def distil(i):
    with torch.no_grad():
        soft = F.log_softmax(teacher(X[i]) / T, 1)
    return F.kl_div(F.log_softmax(student(X[i]) / T, 1), soft, reduction="batchmean", log_target=True) * T * T


run(student, distil, 10, 5e-3)
with torch.no_grad():
    print("METRIC accuracy", (student(X[1200:]).argmax(1) == y[1200:]).float().mean().item())
