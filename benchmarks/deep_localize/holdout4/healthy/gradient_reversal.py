import math
import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


class GradReverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, lambd):
        ctx.lambd = lambd
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambd * grad_output, None


class DANN(nn.Module):
    def __init__(self):
        super().__init__()
        self.feature = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU())
        self.label_classifier = nn.Linear(32, 10)
        self.domain_classifier = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2))

    def forward(self, x, alpha):
        f = self.feature(x)
        return self.label_classifier(f), self.domain_classifier(GradReverse.apply(f, alpha))


d = load_digits()
x, y = torch.tensor(d.data / 16, dtype=torch.float32), torch.tensor(d.target)
perm = torch.randperm(len(x))
source_x, source_y = x[perm[:900]], y[perm[:900]]
target_x, target_y = 0.85 * x[perm[900:]] + 0.1, y[perm[900:]]  # paler pictures without labels

model = DANN()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
ce = nn.CrossEntropyLoss()
epochs, per_epoch = 12, 18
for epoch in range(epochs):
    for i in range(per_epoch):
        progress = (i + epoch * per_epoch) / (epochs * per_epoch)
        alpha = 0.1 * (2.0 / (1.0 + math.exp(-10 * progress)) - 1)
        s, t = torch.randint(0, len(source_x), (50,)), torch.randint(0, len(target_x), (50,))
        labels_out, source_domain = model(source_x[s], alpha)
        _, target_domain = model(target_x[t], alpha)
        err_label = ce(labels_out, source_y[s])
        err_domain = ce(source_domain, torch.zeros(50).long()) + ce(target_domain, torch.ones(50).long())
        optimizer.zero_grad()
        (err_label + err_domain).backward()
        optimizer.step()
    print(f"epoch {epoch} alpha {alpha:.2f} label {err_label.item():.3f} domain {err_domain.item():.3f}")
with torch.no_grad():
    acc = (model(target_x, 0)[0].argmax(1) == target_y).float().mean().item()
print("METRIC target_accuracy", acc)
