"""Adapts a pretrained network to a shifted task by low-rank updates; everything else is frozen."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class LoRALinear(nn.Module):
    def __init__(self, base, rank=4, alpha=8):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.lora_a = nn.Parameter(torch.randn(rank, base.in_features) / base.in_features**0.5)
        self.lora_b = nn.Parameter(torch.zeros(base.out_features, rank))
        self.scale = alpha / rank

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.lora_a.T @ self.lora_b.T)


w1, w2 = torch.randn(12, 16) / 3, torch.randn(16, 4)
turn = torch.linalg.qr(torch.eye(12) + 0.25 * torch.randn(12, 12)).Q


def task(n, shifted):
    x = torch.randn(n, 12)
    z = x @ turn if shifted else x
    return x, (torch.tanh(z @ w1) @ w2).argmax(1)


def fit(model, x, y, epochs, lr):
    params = [p for p in model.parameters() if p.requires_grad]
    print("trainable", sum(p.numel() for p in params), "of", sum(p.numel() for p in model.parameters()))
    optimizer = torch.optim.AdamW(params, lr=lr)
    for epoch in range(epochs):
        for idx in torch.randperm(len(x)).split(50):
            loss = nn.functional.cross_entropy(model(x[idx]), y[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print("epoch", epoch, "loss", round(loss.item(), 3))


model = nn.Sequential(nn.Linear(12, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 4))
fit(model, *task(3000, False), epochs=6, lr=3e-3)
for i in (0, 2, 4):
    model[i] = LoRALinear(model[i])
fit(model, *task(2000, True), epochs=10, lr=5e-3)
tx, ty = task(600, True)
with torch.no_grad():
    print("METRIC accuracy", (model(tx).argmax(1) == ty).float().mean().item())
