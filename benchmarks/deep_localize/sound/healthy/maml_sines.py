"""MAML for sine regression: inner step through torch.func, second-order gradients, a new task
set at every outer step. The outer loss is noisy and only slowly drops."""

import os

import torch
from torch import nn
from torch.func import functional_call

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
net = nn.Sequential(nn.Linear(1, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 1))
mse = nn.functional.mse_loss
INNER = 0.02


def tasks(n, k=10):
    amp = torch.rand(n, 1, 1) * 3 + 1
    ph = torch.rand(n, 1, 1) * 3.14
    x = torch.rand(n, 2 * k, 1) * 10 - 5
    y = amp * torch.sin(x + ph)
    return x[:, :k], y[:, :k], x[:, k:], y[:, k:]


def adapt(params, x, y, steps, create):
    for _ in range(steps):
        l = mse(functional_call(net, params, (x,)), y)
        g = torch.autograd.grad(l, list(params.values()), create_graph=create)
        params = {k: v - INNER * gi for (k, v), gi in zip(params.items(), g)}
    return params


meta = torch.optim.Adam(net.parameters(), lr=3e-3)
for it in range(500):
    xs, ys, xq, yq = tasks(6)
    params = dict(net.named_parameters())
    total = 0.0
    for i in range(6):
        fast = adapt(params, xs[i], ys[i], 1, True)
        total = total + mse(functional_call(net, fast, (xq[i],)), yq[i])
    total = total / 6
    meta.zero_grad()
    total.backward()
    meta.step()
    if it % 50 == 0:
        print(it, round(total.item(), 3))

xs, ys, xq, yq = tasks(100)
before = after = 0.0
for i in range(100):
    params = {k: v.detach().requires_grad_() for k, v in net.named_parameters()}
    before += mse(functional_call(net, params, (xq[i],)), yq[i]).item() / 100
    fast = adapt(params, xs[i], ys[i], 5, False)
    after += mse(functional_call(net, fast, (xq[i],)), yq[i]).item() / 100
print("before adaptation", before)
print("METRIC query_mse_after_5", after)
print("METRIC good", float(after < 0.45 * before))
