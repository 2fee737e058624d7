import os

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_breast_cancer

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

X, Y = load_breast_cancer(return_X_y=True)
X = X / X.max(0)
Y = Y.astype(np.float32)
perm = np.random.permutation(len(Y))
X, Y = torch.FloatTensor(X[perm]), torch.FloatTensor(Y[perm])
N = 450

learning_rate = 0.5
epoch = 15
batch_size = 16
c = 0.01

model = nn.Linear(30, 1)
optimizer = optim.SGD(model.parameters(), lr=learning_rate)

model.train()
for ep in range(epoch):
    perm = torch.randperm(N)
    sum_loss = 0
    for i in range(0, N, batch_size):
        x = X[perm[i : i + batch_size]]
        y = Y[perm[i : i + batch_size]]
        optimizer.zero_grad()
        output = model(x).squeeze()
        loss = torch.mean(torch.clamp(1 - y * output, min=0))  # hinge loss
        loss += c * torch.mean(model.weight**2)  # l2 penalty
        loss.backward()
        optimizer.step()
        sum_loss += loss.item()
    print(f"Epoch:{ep:4d}\tloss:{sum_loss / N * batch_size}")

with torch.no_grad():
    positive = model(X[N:]).squeeze() > 0
print("METRIC accuracy", (positive == (Y[N:] > 0.5)).float().mean().item())
