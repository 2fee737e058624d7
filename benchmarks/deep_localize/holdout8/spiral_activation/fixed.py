"""Two spirals; widths and activation are chosen by a dictionary, as from a YAML file."""

import itertools
import math
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

config = {
    "model": {"widths": [2, 64, 64, 32], "activation": "relu", "norm": True},
    "optim": {"name": "AdamW", "lr": 5e-3},
    "epochs": 40,
}

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU, "none": nn.Identity}


def spirals(n):
    label = torch.randint(0, 2, (n,))
    radius = 0.3 + 2.7 * torch.rand(n)
    angle = 1.9 * radius + math.pi * label
    points = torch.stack([radius * torch.cos(angle), radius * torch.sin(angle)], 1)
    return points + 0.06 * torch.randn(n, 2), label.float()


class ResLayer(nn.Module):
    def __init__(self, d_in, d_out, norm, activation):
        super().__init__()
        self.linear = nn.Linear(d_in, d_out)
        self.norm = nn.BatchNorm1d(d_out) if norm else nn.Identity()
        self.act = activation()
        self.skip = d_in == d_out

    def forward(self, x):
        h = self.act(self.norm(self.linear(x)))
        return x + h if self.skip else h


def build(cfg):
    act = ACTIVATIONS.get(cfg["activation"], nn.Identity)
    widths = cfg["widths"]
    layers = [ResLayer(a, b, cfg["norm"], act) for a, b in itertools.pairwise(widths)]
    return nn.Sequential(*layers, nn.Linear(widths[-1], 1))


x, y = spirals(1500)
x_test, y_test = spirals(400)
net = build(config["model"])
opt = getattr(torch.optim, config["optim"]["name"])(net.parameters(), lr=config["optim"]["lr"])
bce = nn.BCEWithLogitsLoss()

for epoch in range(config["epochs"]):
    net.train()
    for idx in torch.randperm(len(x)).split(75):
        loss = bce(net(x[idx]).squeeze(-1), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 10 == 9:
        print("epoch", epoch + 1, "loss", round(loss.item(), 4))

net.eval()
with torch.no_grad():
    accuracy = ((net(x_test).squeeze(-1) > 0) == (y_test > 0.5)).float().mean().item()
print("METRIC accuracy", accuracy)
