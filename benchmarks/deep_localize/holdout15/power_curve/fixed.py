"""Fit a power curve y = x^4 on [-100, 100] with a small network and look at how much of it is explained."""

import os

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

x = np.random.uniform(-100, 100, (1200, 1))
y = x**4 + np.random.normal(0, 1e5, x.shape)


class Scaler:
    """Shift and scale applied to a column, and back."""

    def __init__(self, column):
        self.shift, self.scale = column.mean(), column.std()

    def forward(self, v):
        return torch.tensor((v - self.shift) / self.scale, dtype=torch.float)

    def inverse(self, t):
        return t.numpy() * self.scale + self.shift


x_scaler, y_scaler = Scaler(x[:1000]), Scaler(y[:1000])
x_train, y_train = x_scaler.forward(x[:1000]), y_scaler.forward(y[:1000])

model = nn.Sequential(nn.Linear(1, 50), nn.Sigmoid(), nn.Linear(50, 50), nn.ELU(), nn.Linear(50, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
loss_fn = nn.MSELoss()
for epoch in range(25):
    model.train()
    order = torch.randperm(1000)
    for idx in order.split(50):
        optimizer.zero_grad()
        loss = loss_fn(model(x_train[idx]), y_train[idx])
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())

model.eval()
with torch.no_grad():
    predicted = y_scaler.inverse(model(x_scaler.forward(x[1000:])))
actual = y[1000:]
r2 = 1 - ((predicted - actual) ** 2).sum() / ((actual - actual.mean()) ** 2).sum()
print("METRIC test_r2", round(float(r2), 4))
