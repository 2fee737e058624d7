"""Reptile: meta-learn an initialisation that adapts quickly to new sine waves."""

import copy
import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

INNER_LR, INNER_STEPS, META_LR, META_ITERATIONS = 0.02, 8, 0.5, 300


def task():
    amplitude, phase = np.random.uniform(1.0, 4.0), np.random.uniform(0, np.pi)
    return lambda x: amplitude * torch.sin(x + phase)


def points(n):
    return torch.rand(n, 1) * 10 - 5


def adapt(net, f, x, steps):
    optimizer = torch.optim.SGD(net.parameters(), lr=INNER_LR)
    y = f(x)
    for _ in range(steps):
        loss = ((net(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def meta_test(meta, n=30):
    errors = []
    for _ in range(n):
        f = task()
        net = copy.deepcopy(meta)
        adapt(net, f, points(10), 16)
        x = points(100)
        with torch.no_grad():
            errors.append(((net(x) - f(x)) ** 2).mean().item())
    return float(np.mean(errors))


meta = nn.Sequential(nn.Linear(1, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))
untrained = meta_test(meta)
for iteration in range(META_ITERATIONS):
    before = copy.deepcopy(meta.state_dict())
    loss = adapt(meta, task(), points(20), INNER_STEPS)
    after = meta.state_dict()
    step = META_LR * (1 - iteration / META_ITERATIONS)
    meta.load_state_dict({k: before[k] + step * (after[k] - before[k]) for k in before})
    if iteration % 60 == 59:
        print(f"iteration {iteration + 1} inner loss {loss:.3f}")

print("METRIC error_ratio", meta_test(meta) / untrained)
