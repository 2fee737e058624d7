"""Reptile meta-learning: an initialisation that adapts to a new sine wave in a few steps."""

import copy
import math
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def new_task():
    amplitude, phase = 0.5 + 1.5 * torch.rand(1), math.pi * torch.rand(1) / 2
    return lambda x: amplitude * torch.sin(x + phase)


def adapt(model, task, steps, n=20, lr=0.02):
    fast = copy.deepcopy(model)
    optimizer = torch.optim.SGD(fast.parameters(), lr=lr)
    x = 6 * torch.rand(n, 1) - 3
    y = task(x)
    for _ in range(steps):
        loss = nn.functional.mse_loss(fast(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return fast


def meta_test(model, tasks=20):
    grid = torch.linspace(-3, 3, 60).unsqueeze(1)
    error = 0.0
    for _ in range(tasks):
        task = new_task()
        fast = adapt(model, task, steps=10)
        with torch.no_grad():
            error += nn.functional.mse_loss(fast(grid), task(grid)).item() / tasks
    return error


model = nn.Sequential(nn.Linear(1, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 1))
ITERATIONS = 150
for it in range(ITERATIONS):
    fast = adapt(model, new_task(), steps=8)
    step_size = 0.5 * (1 - it / ITERATIONS)
    with torch.no_grad():
        for slow, quick in zip(model.parameters(), fast.parameters()):
            slow += step_size * (quick - slow)
    if it % 50 == 49:
        print(f"iteration {it + 1} error after adaptation {meta_test(model, 5):.3f}")

print(f"METRIC adapted_mse {meta_test(model):.4f}")
