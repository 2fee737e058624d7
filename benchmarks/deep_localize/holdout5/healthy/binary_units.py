# straight-through estimator: a custom autograd function whose backward is not its derivative
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer

torch.manual_seed(int(os.environ.get("SEED", "0")))


class Binarize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (x.abs() <= 1)


class BinaryNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(30, 48)
        self.bn1 = nn.BatchNorm1d(48)
        self.fc2 = nn.Linear(48, 24)
        self.bn2 = nn.BatchNorm1d(24)
        self.fc3 = nn.Linear(24, 1)

    def forward(self, x):
        x = Binarize.apply(self.bn1(self.fc1(x)))
        x = Binarize.apply(self.bn2(self.fc2(x)))
        return self.fc3(x).squeeze(1)


X, y = load_breast_cancer(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32)
order = torch.randperm(len(y))
X, y = X[order], y[order]
model = BinaryNet()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(15):
    model.train()
    for idx in torch.randperm(420).split(30):
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(X[idx]), y[idx])
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())
model.eval()
with torch.no_grad():
    print("METRIC accuracy", ((model(X[420:]) > 0).float() == y[420:]).float().mean().item())
