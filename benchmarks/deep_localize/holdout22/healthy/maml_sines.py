"""MAML: learn to fit a sine wave from ten points in one gradient step."""

import math
import os
import random

import numpy as np
import torch
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

INNER_LR = 0.05
SHOTS = 10
TASKS = 6


def init(inputs, outputs):
    weight = torch.randn(outputs, inputs) * math.sqrt(2.0 / inputs)
    return [weight.requires_grad_(True), torch.zeros(outputs, requires_grad=True)]


def forward(params, x):
    w1, b1, w2, b2, w3, b3 = params
    x = F.relu(F.linear(x, w1, b1))
    x = F.relu(F.linear(x, w2, b2))
    return F.linear(x, w3, b3)


def sample_task():
    amplitude = random.uniform(0.5, 2.0)
    phase = random.uniform(0, math.pi)

    def draw(count):
        x = torch.rand(count, 1) * 6 - 3
        return x, amplitude * torch.sin(x + phase)

    return draw


def adapt(params, x, y, create_graph):
    loss = F.mse_loss(forward(params, x), y)
    grads = torch.autograd.grad(loss, params, create_graph=create_graph)
    return [p - INNER_LR * g for p, g in zip(params, grads)]


params = init(1, 40) + init(40, 40) + init(40, 1)
meta_optimizer = torch.optim.Adam(params, lr=2e-3)

for iteration in range(400):
    meta_loss = 0.0
    for _ in range(TASKS):
        task = sample_task()
        fast = adapt(params, *task(SHOTS), create_graph=True)
        x, y = task(SHOTS)
        meta_loss = meta_loss + F.mse_loss(forward(fast, x), y)
    meta_loss = meta_loss / TASKS
    meta_optimizer.zero_grad()
    meta_loss.backward()
    torch.nn.utils.clip_grad_norm_(params, 5.0)
    meta_optimizer.step()
    if iteration % 100 == 0:
        print("iteration", iteration, "meta loss", round(meta_loss.item(), 4))

errors = []
for _ in range(60):
    task = sample_task()
    fast = params
    x, y = task(SHOTS)
    for _ in range(3):
        fast = adapt(fast, x, y, create_graph=False)
    with torch.no_grad():
        x, y = task(100)
        errors.append(F.mse_loss(forward(fast, x), y).item())
print("METRIC adapted_mse", np.mean(errors))
