"""Model-agnostic meta-learning on sines: gradients through an inner step of gradient descent."""

import os

import torch

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def make_params(sizes=(1, 40, 40, 1)):
    params = []
    for i in range(1, len(sizes)):
        fan_in = sizes[i - 1]
        params += [torch.randn(sizes[i], fan_in) * (2.0 / fan_in) ** 0.5, torch.zeros(sizes[i])]
    return [p.requires_grad_(True) for p in params]


def forward(params, x):
    for i in range(0, len(params), 2):
        x = torch.nn.functional.linear(x, params[i], params[i + 1])
        if i < len(params) - 2:
            x = torch.relu(x)
    return x


def task():
    amplitude, phase = 0.5 + 2 * torch.rand(()), 3.14 * torch.rand(())

    def sample(n):
        x = 6 * torch.rand(n, 1) - 3
        return x / 1.5, amplitude * torch.sin(x + phase)

    return sample


def adapt(params, x, y, steps=1, lr=0.04, create_graph=True):
    for _ in range(steps):
        loss = (forward(params, x) - y).pow(2).mean()
        grads = torch.autograd.grad(loss, params, create_graph=create_graph)
        params = [p - lr * g for p, g in zip(params, grads)]
    return params


params = make_params()
meta_opt = torch.optim.Adam(params, lr=3e-3)
for it in range(450):
    meta_loss = 0.0
    for _ in range(4):
        sample = task()
        fast = adapt(params, *sample(10))
        x, y = sample(10)
        meta_loss = meta_loss + (forward(fast, x) - y).pow(2).mean() / 4
    meta_opt.zero_grad()
    meta_loss.backward()
    meta_opt.step()
    if it % 50 == 0:
        print(f"iteration {it} meta loss {meta_loss.item():.3f}")

gains = []
for _ in range(60):
    sample = task()
    x, y = sample(200)
    before = (forward(params, x) - y).pow(2).mean().item()
    fast = adapt([p.detach().requires_grad_(True) for p in params], *sample(10), steps=3)
    gains.append((forward(fast, x) - y).pow(2).mean().item() / before)
print("METRIC ratio", sum(gains) / len(gains))
