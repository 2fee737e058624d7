"""SignSGD with a tiny fixed step and majority vote over four workers."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class SignVote(torch.optim.Optimizer):
    """Moves each weight by a fixed step against the sign most workers agree on."""

    def __init__(self, params, lr=1e-3):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def vote(self, votes):
        for group in self.param_groups:
            for p, v in zip(group["params"], votes):
                p.add_(v.sign(), alpha=-group["lr"])

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.add_(p.grad.sign(), alpha=-group["lr"])


centers = 1.6 * torch.randn(7, 15)


def blobs(n):
    y = torch.randint(0, 7, (n,))
    return centers[y] + torch.randn(n, 15) * (1 + 0.3 * torch.rand(n, 1)), y


x, y = blobs(2800)
x_test, y_test = blobs(700)
model = nn.Sequential(nn.Linear(15, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 7))
optimizer = SignVote(model.parameters(), lr=8e-4)
for epoch in range(7):
    order = torch.randperm(len(x))
    for chunk in order.split(112):
        votes = [torch.zeros_like(p) for p in model.parameters()]
        for part in chunk.split(28):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[part]), y[part])
            loss.backward()
            for v, p in zip(votes, model.parameters()):
                v += p.grad.sign()
        for v, p in zip(votes, model.parameters()):
            p.grad = v
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.3f}")
with torch.no_grad():
    print("METRIC accuracy", (model(x_test).argmax(1) == y_test).float().mean().item())
