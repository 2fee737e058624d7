"""Fit a rippled surface z = f(x, y) with a configurable deep network."""

import argparse
import os
import random

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def get_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, default=40)
    parser.add_argument("--depth", type=int, default=3)
    parser.add_argument("--lr", type=float, default=1e-2)
    parser.add_argument("--steps", type=int, default=700)
    parser.add_argument("--batch", type=int, default=128)
    return parser.parse_args([])


class DeepFit(nn.Module):
    """An input layer, `depth` hidden layers and a linear readout."""

    def __init__(self, width, depth):
        super().__init__()
        self.inp = nn.Linear(2, width)
        self.hidden = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.out = nn.Linear(width, 1)

    def forward(self, xy):
        h = torch.tanh(self.inp(xy))
        for layer in self.hidden:
            h = torch.tanh(layer(h))
        return self.out(h).squeeze(-1)


def surface(xy):
    x, y = xy[:, 0], xy[:, 1]
    r = torch.sqrt(x**2 + y**2)
    return torch.cos(3.0 * r) + 0.5 * torch.sin(3.0 * x) * y


def sample(n):
    xy = torch.rand(n, 2) * 4 - 2
    return xy, surface(xy)


def main():
    args = get_args()
    model = DeepFit(args.width, args.depth)
    opt = torch.optim.Adam(model.parameters(), lr=args.lr)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=args.steps)
    xy_train, z_train = sample(4000)
    z_train = z_train + 0.02 * torch.randn_like(z_train)
    xy_test, z_test = sample(1000)

    for step in range(args.steps):
        idx = torch.randint(0, len(xy_train), (args.batch,))
        loss = nn.functional.mse_loss(model(xy_train[idx]), z_train[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
        if step % 200 == 0:
            print(f"step {step:4d} mse {loss.item():.5f}")

    model.eval()
    with torch.no_grad():
        residual = (model(xy_test) - z_test).pow(2).mean()
    print("METRIC test_r2", (1 - residual / z_test.var()).item())


if __name__ == "__main__":
    main()
