"""MAML on sine waves: an inner step kept in the graph, so the meta-gradient is of second order."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

net = nn.Sequential(nn.Linear(1, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 1))
meta = torch.optim.Adam(net.parameters(), lr=2e-3)
INNER_LR = 0.02


def task(amplitude=None):
    amplitude = torch.rand(1) * 3 + 1
    phase = torch.rand(1) * 3.14
    return lambda n: (lambda x: (x, amplitude * torch.sin(x + phase)))(torch.rand(n, 1) * 8 - 4)


def adapted(params, x, y, steps, create_graph):
    for _ in range(steps):
        loss = F.mse_loss(functional_call(net, params, (x,)), y)
        grads = torch.autograd.grad(loss, list(params.values()), create_graph=create_graph)
        params = {name: p - INNER_LR * g for (name, p), g in zip(params.items(), grads)}
    return params


for iteration in range(500):
    meta.zero_grad()
    total = 0.0
    for _ in range(4):
        draw = task()
        fast = adapted(dict(net.named_parameters()), *draw(10), steps=1, create_graph=True)
        x, y = draw(15)
        total = total + F.mse_loss(functional_call(net, fast, (x,)), y)
    (total / 4).backward()
    meta.step()
    if iteration % 100 == 99:
        print(f"iteration {iteration + 1}: after one step {total.item() / 4:.3f}")

before, after = [], []
for _ in range(60):
    draw = task()
    support, query = draw(10), draw(50)
    params = {name: p.detach().requires_grad_() for name, p in net.named_parameters()}
    fast = adapted(params, *support, steps=5, create_graph=False)
    before.append(F.mse_loss(net(query[0]), query[1]).item())
    after.append(F.mse_loss(functional_call(net, fast, (query[0],)), query[1]).item())
print("METRIC error_ratio", sum(after) / sum(before))
