"""Two networks teach each other which labels to trust; 40 per cent of the labels are wrong."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x, y = load_digits(return_X_y=True)
x, y = torch.tensor(x, dtype=torch.float32) / 16, torch.tensor(y)
order = torch.randperm(len(x))
x, y = x[order], y[order]
x_train, x_test, y_test = x[:1300], x[1300:], y[1300:]
wrong = torch.rand(1300) < 0.4
y_train = torch.where(wrong, torch.randint(10, (1300,)), y[:1300])


def make():
    return nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))


first, second = make(), make()
opt_first = torch.optim.Adam(first.parameters(), lr=1e-3)
opt_second = torch.optim.Adam(second.parameters(), lr=1e-3)
FORGET, RAMP, EPOCHS = 0.36, 6, 20

for epoch in range(EPOCHS):
    keep = 1 - FORGET * min(1.0, epoch / RAMP)
    for idx in torch.randperm(1300).split(65):
        xb, yb = x_train[idx], y_train[idx]
        loss_1 = F.cross_entropy(first(xb), yb, reduction="none")
        loss_2 = F.cross_entropy(second(xb), yb, reduction="none")
        count = int(keep * len(idx))
        trusted_by_1, trusted_by_2 = loss_1.argsort()[:count], loss_2.argsort()[:count]
        opt_first.zero_grad()
        loss_1[trusted_by_2].mean().backward()
        opt_first.step()
        opt_second.zero_grad()
        loss_2[trusted_by_1].mean().backward()
        opt_second.step()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} keep {keep:.2f} losses {loss_1.mean().item():.3f} {loss_2.mean().item():.3f}")

with torch.no_grad():
    scores = first(x_test).softmax(1) + second(x_test).softmax(1)
print("METRIC accuracy", (scores.argmax(1) == y_test).float().mean().item())
