"""Mixture of four experts with a top-1 gate, a load-balancing term, and labels of which a fifth are wrong."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

EXPERTS, DIM, CLASSES = 4, 10, 4
corner = 3 * torch.eye(DIM)[:EXPERTS]
rules = torch.randn(EXPERTS, DIM, CLASSES)


def draw(n, noise):
    region = torch.randint(EXPERTS, (n,))
    x = torch.randn(n, DIM)
    y = torch.einsum("nd,ndc->nc", x, rules[region]).argmax(1)
    wrong = torch.rand(n) < noise
    y = torch.where(wrong, torch.randint(CLASSES, (n,)), y)
    return x + corner[region], y


class MixtureOfExperts(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.gate = nn.Linear(DIM, EXPERTS, bias=False)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(DIM, hidden), nn.GELU(), nn.Linear(hidden, CLASSES)) for _ in range(EXPERTS)
        )

    def forward(self, x):
        probability = F.softmax(self.gate(x), dim=1)
        chosen = probability.argmax(1)
        out = x.new_zeros(len(x), CLASSES)
        for k, expert in enumerate(self.experts):
            rows = (chosen == k).nonzero().squeeze(1)
            if len(rows):
                out = out.index_add(0, rows, expert(x[rows]) * probability[rows, k : k + 1])
        share = F.one_hot(chosen, EXPERTS).float().mean(0)
        balance = EXPERTS * (share * probability.mean(0)).sum()
        return out, balance


model = MixtureOfExperts()
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=1e-3)
x_train, y_train = draw(8000, 0.2)
for epoch in range(9):
    total = 0.0
    for idx in torch.randperm(8000).split(100):
        out, balance = model(x_train[idx])
        loss = F.cross_entropy(out, y_train[idx], label_smoothing=0.05) + 0.02 * balance
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch}: {total / 80:.4f}, balance {balance.item():.3f}")

x, y = draw(3000, 0.0)
with torch.no_grad():
    print("METRIC accuracy", (model(x)[0].argmax(1) == y).float().mean().item())
