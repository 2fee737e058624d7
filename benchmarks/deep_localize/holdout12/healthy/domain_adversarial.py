"""Domain-adversarial training with a gradient reversal layer: labelled source, unlabelled shifted target."""

import math
import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return -ctx.strength * grad, None


centres = 1.4 * torch.randn(3, 10)
shift = torch.zeros(14)
shift[10:] = 2.0


def sample(n, target):
    y = torch.randint(0, 3, (n,))
    content = centres[y] + torch.randn(n, 10)
    style = torch.randn(n, 4)
    x = torch.cat([content, style], 1)
    return (x + shift if target else x), y


encoder = nn.Sequential(nn.Linear(14, 48), nn.ReLU(), nn.Linear(48, 24), nn.ReLU())
classifier = nn.Linear(24, 3)
critic = nn.Sequential(nn.Linear(24, 24), nn.ReLU(), nn.Linear(24, 1))
params = [*encoder.parameters(), *classifier.parameters(), *critic.parameters()]
optimizer = torch.optim.SGD(params, lr=0.02, momentum=0.9)

xs, ys = sample(1200, target=False)
xt, _ = sample(1200, target=True)
x_test, y_test = sample(500, target=True)
domain = torch.cat([torch.zeros(48), torch.ones(48)])
STEPS = 450
for step in range(STEPS):
    i, j = torch.randint(0, 1200, (48,)), torch.randint(0, 1200, (48,))
    strength = 0.5 * (2 / (1 + math.exp(-10 * step / STEPS)) - 1)
    h = encoder(torch.cat([xs[i], xt[j]]))
    label_loss = F.cross_entropy(classifier(h[:48]), ys[i])
    domain_loss = F.binary_cross_entropy_with_logits(critic(Reverse.apply(h, strength)).squeeze(1), domain)
    optimizer.zero_grad()
    (label_loss + domain_loss).backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step} label {label_loss.item():.3f} domain {domain_loss.item():.3f}")

with torch.no_grad():
    acc = (classifier(encoder(x_test)).argmax(1) == y_test).float().mean().item()
print(f"METRIC target_accuracy {acc:.4f}")
