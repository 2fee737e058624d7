"""Domain-adversarial training: the domain loss is meant to rise again."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return -ctx.strength * grad, None


def domain(n, shift):
    label = torch.randint(0, 2, (n,))
    x = torch.randn(n, 6)
    x[:, 0] += 3.0 * label - 1.5
    x[:, 1] += 2.0 * label - 1
    x[:, 4] += shift
    x[:, 5] -= shift
    return x, label


class DANN(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())
        self.label_head = nn.Linear(16, 2)
        self.domain_head = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2))

    def forward(self, x, strength):
        h = self.features(x)
        return self.label_head(h), self.domain_head(Reverse.apply(h, strength))


xs, ys = domain(1200, 0.0)
xt, yt = domain(1200, 2.0)
model = DANN()
optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
steps = 400
for step in range(steps):
    strength = 0.5 * step / steps
    i, j = torch.randint(0, 1200, (32,)), torch.randint(0, 1200, (32,))
    label_out, source_domain = model(xs[i], strength)
    _, target_domain = model(xt[j], strength)
    label_loss = F.cross_entropy(label_out, ys[i])
    domain_out = torch.cat([source_domain, target_domain])
    domain_loss = F.cross_entropy(domain_out, torch.arange(64) // 32)
    loss = label_loss + domain_loss
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 3.0)
    optimizer.step()
    if step % 100 == 0:
        print(step, label_loss.item(), domain_loss.item())

with torch.no_grad():
    print("METRIC target_accuracy", (model(xt, 0)[0].argmax(1) == yt).float().mean().item())
