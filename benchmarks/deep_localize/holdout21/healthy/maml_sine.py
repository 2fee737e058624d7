"""MAML on sine regression: second-order inner loop (vmap over tasks), fast weights thrown away after every task."""

import math
import os

import torch
from torch import nn
from torch.func import functional_call, grad, vmap

torch.manual_seed(int(os.environ.get("SEED", 0)))
INNER_LR, TASKS, SHOTS = 0.02, 16, 10
net = nn.Sequential(nn.Linear(1, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 1))
meta_opt = torch.optim.Adam(net.parameters(), lr=3e-3)


def sample_tasks(n, k):
    amp = torch.rand(n, 1, 1) * 1.5 + 0.5
    phase = torch.rand(n, 1, 1) * 2 * math.pi
    x = torch.rand(n, k, 1) * 6 - 3
    return x, amp * torch.sin(x + phase)


def mse(params, x, y):
    return ((functional_call(net, params, (x,)) - y) ** 2).mean()


def query_loss(params, xs, ys, xq, yq, steps):
    fast = params
    for _ in range(steps):
        g = grad(mse)(fast, xs, ys)
        fast = {k: fast[k] - INNER_LR * g[k] for k in fast}
    return mse(fast, xq, yq)


def episode(n, queries, steps):
    x, y = sample_tasks(n, SHOTS + queries)
    params = dict(net.named_parameters())
    fn = vmap(lambda a, b, c, d: query_loss(params, a, b, c, d, steps))
    return fn(x[:, :SHOTS], y[:, :SHOTS], x[:, SHOTS:], y[:, SHOTS:]).mean()


for it in range(520):
    loss = episode(TASKS, 20, 2)
    meta_opt.zero_grad()
    loss.backward()
    meta_opt.step()
    if it % 65 == 64:
        print(f"meta step {it + 1} query loss {loss.item():.3f}")
with torch.no_grad():
    before, after = episode(400, 50, 0).item(), episode(400, 50, 4).item()
print("METRIC adapted_error", after)
