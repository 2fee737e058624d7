"""Model-agnostic meta-learning of sine waves: one inner step on ten points must do."""

import math
import os

import torch
import torch.nn as nn
from torch.func import functional_call

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
INNER_LR, META_BATCH, SHOTS = 0.05, 6, 10

net = nn.Sequential(nn.Linear(1, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 1))
meta_optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)


def task():
    amplitude = 0.5 + 2.0 * torch.rand(())
    phase = math.pi * torch.rand(())

    def draw(n):
        x = 6 * torch.rand(n, 1) - 3
        return x, amplitude * torch.sin(x + phase)

    return draw


def mse(params, batch):
    x, y = batch
    return (functional_call(net, params, (x,)) - y).pow(2).mean()


def adapt(params, support, create_graph):
    loss = mse(params, support)
    grads = torch.autograd.grad(loss, list(params.values()), create_graph=create_graph)
    return {name: p - INNER_LR * g for (name, p), g in zip(params.items(), grads)}, loss


for iteration in range(500):
    params = dict(net.named_parameters())
    outer, before = 0.0, 0.0
    for _ in range(META_BATCH):
        draw = task()
        fast, first = adapt(params, draw(SHOTS), create_graph=True)
        outer = outer + mse(fast, draw(SHOTS))
        before += first.item()
    outer = outer / META_BATCH
    meta_optimizer.zero_grad()
    outer.backward()
    meta_optimizer.step()
    if iteration % 100 == 0:
        print(f"{iteration}: before {before / META_BATCH:.3f}, after one step {outer.item():.3f}")

gains = []
for _ in range(60):
    draw = task()
    params = {name: p.detach().requires_grad_(True) for name, p in net.named_parameters()}
    query = draw(50)
    fast, _ = adapt(params, draw(SHOTS), create_graph=False)
    gains.append((mse(fast, query) / mse(params, query)).item())
print("METRIC error_ratio", sum(gains) / len(gains))
