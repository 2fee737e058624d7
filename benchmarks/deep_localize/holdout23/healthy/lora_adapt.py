"""Adapt a frozen pretrained network to a rotated task with low-rank adapters (LoRA)."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class LoRALinear(nn.Module):
    def __init__(self, base, rank=8, alpha=16):
        super().__init__()
        self.base = base
        for p in self.base.parameters():
            p.requires_grad = False
        self.lora_A = nn.Parameter(torch.randn(rank, base.in_features) / base.in_features**0.5)
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, rank))
        self.scale = alpha / rank

    def forward(self, x):
        return self.base(x) + self.scale * F.linear(F.linear(x, self.lora_A), self.lora_B)


def run(model, x, y, params, lr, epochs, name):
    optimizer = torch.optim.AdamW(params, lr=lr, weight_decay=0.0)
    for epoch in range(epochs):
        losses = []
        for idx in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(model(x[idx]), y[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        if epoch % 5 == 4:
            print(name, "epoch", epoch + 1, "loss", round(float(np.mean(losses)), 4))


digits = load_digits()
perm = np.random.permutation(len(digits.target))
images = digits.images[perm] / 16.0
y = torch.tensor(digits.target[perm])
upright = torch.tensor(images.reshape(-1, 64), dtype=torch.float32)
rotated = torch.tensor(np.rot90(images, axes=(1, 2)).copy().reshape(-1, 64), dtype=torch.float32)

model = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 96), nn.ReLU(), nn.Linear(96, 10))
run(model, upright[:1000], y[:1000], model.parameters(), 3e-3, 10, "pretrain")

for i in (0, 2):
    model[i] = LoRALinear(model[i])
for p in model[4].parameters():
    p.requires_grad = False
trainable = [p for p in model.parameters() if p.requires_grad]
print("trainable", sum(p.numel() for p in trainable), "of", sum(p.numel() for p in model.parameters()))

with torch.no_grad():
    print("before", (model(rotated[1300:]).argmax(1) == y[1300:]).float().mean().item())
run(model, rotated[:1300], y[:1300], trainable, 5e-3, 20, "adapt")
with torch.no_grad():
    accuracy = (model(rotated[1300:]).argmax(1) == y[1300:]).float().mean().item()
print("METRIC rotated_accuracy", accuracy)
