"""Reptile: a start from which any sine of the family is learned in a few steps."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class SineTask:
    def __init__(self):
        self.amplitude = 0.8 + 1.2 * torch.rand(())
        self.phase = torch.rand(()) * torch.pi

    def sample(self, n):
        x = torch.rand(n, 1) * 6 - 3
        return x, self.amplitude * torch.sin(x + self.phase)


def adapt(model, x, y, steps, lr=0.03, batch=16):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(steps):
        rows = torch.randperm(len(x))[:batch]
        loss = F.mse_loss(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


start = nn.Sequential(nn.Linear(1, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 1))
META_STEPS, META_LR = 500, 0.5

for meta_step in range(META_STEPS):
    task = SineTask()
    learner = copy.deepcopy(start)
    loss = adapt(learner, *task.sample(32), steps=6)
    rate = META_LR * (1 - meta_step / META_STEPS)
    with torch.no_grad():
        for p, q in zip(start.parameters(), learner.parameters()):
            p.add_(q - p, alpha=rate)
    if meta_step % 100 == 0:
        print(f"meta step {meta_step} loss after adaptation {loss:.4f}")

errors = []
for _ in range(15):
    task = SineTask()
    learner = copy.deepcopy(start)
    adapt(learner, *task.sample(32), steps=24)
    x, y = task.sample(200)
    with torch.no_grad():
        errors.append((F.mse_loss(learner(x), y) / y.var()).item())
print(f"METRIC relative_error {sum(errors) / len(errors):.4f}")
