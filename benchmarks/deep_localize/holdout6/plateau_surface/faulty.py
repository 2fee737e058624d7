"""Approximates a function of two variables; the rate falls when the validation loss does not."""

import os

import torch
from torch import nn, optim

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def surface(xy):
    x, y = xy[:, :1], xy[:, 1:]
    return torch.sin(2.5 * x) * torch.cos(2 * y) + 0.3 * x * y


points = torch.rand(3000, 2) * 4 - 2
values = surface(points) + 0.03 * torch.randn(3000, 1)
train_x, val_x, test_x = points[:2000], points[2000:2500], points[2500:]
train_y, val_y, test_y = values[:2000], values[2000:2500], surface(points[2500:])

net = nn.Sequential(
    nn.Linear(2, 64),
    nn.Tanh(),
    nn.Linear(64, 64),
    nn.Tanh(),
    nn.Linear(64, 1),
)
loss_fn = nn.MSELoss()
opt = optim.Adam(net.parameters(), lr=3e-3)
scheduler = optim.lr_scheduler.ReduceLROnPlateau(opt, mode="max", factor=0.3, patience=1)

for epoch in range(40):
    net.train()
    for batch in torch.randperm(len(train_x)).split(64):
        opt.zero_grad()
        loss = loss_fn(net(train_x[batch]), train_y[batch])
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        val_loss = loss_fn(net(val_x), val_y).item()
    scheduler.step(val_loss)
    if epoch % 5 == 4:
        print(f"{epoch + 1:3d} val {val_loss:.4f} lr {opt.param_groups[0]['lr']:.2e}")

with torch.no_grad():
    error = loss_fn(net(test_x), test_y).item()
print("METRIC r2", 1 - error / test_y.var().item())
