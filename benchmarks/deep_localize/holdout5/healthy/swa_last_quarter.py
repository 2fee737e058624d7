"""Regression with stochastic weight averaging at the end, batch norm statistics recomputed."""

import os

import torch
import torch.nn as nn
from torch.optim.swa_utils import SWALR, AveragedModel, update_bn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))


def friedman(n):
    x = torch.rand(n, 8)
    y = 10 * torch.sin(3.14159 * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    return x, (y + torch.randn(n)).unsqueeze(1)


x, y = friedman(1500)
x_test, y_test = friedman(400)
y_mean, y_std = y.mean(), y.std()
loader = DataLoader(TensorDataset(x, (y - y_mean) / y_std), batch_size=75, shuffle=True)
model = nn.Sequential(
    nn.Linear(8, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 1)
)
swa_model = AveragedModel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=16)
swa_scheduler = SWALR(optimizer, swa_lr=0.02, anneal_epochs=2)
for epoch in range(16):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(xb), yb)
        loss.backward()
        optimizer.step()
    if epoch >= 12:
        swa_model.update_parameters(model)
        swa_scheduler.step()
    else:
        scheduler.step()
    if epoch % 4 == 0:
        print(epoch, loss.item())

update_bn(loader, swa_model)
swa_model.eval()
with torch.no_grad():
    pred = swa_model(x_test) * y_std + y_mean
print("METRIC r2", (1 - ((pred - y_test) ** 2).mean() / y_test.var()).item())
