"""LoRA by hand: pre-train on upright digits, adapt to rotated ones."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class LoRALinear(nn.Module):
    def __init__(self, base, rank=6, alpha=12):
        super().__init__()
        self.base = base
        for p in self.base.parameters():
            p.requires_grad = False
        self.lora_A = nn.Parameter(torch.zeros(rank, base.in_features))
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, rank))
        self.scaling = alpha / rank

    def forward(self, x):
        return self.base(x) + self.scaling * F.linear(F.linear(x, self.lora_A), self.lora_B)


def fit(net, x, y, epochs, lr):
    params = [p for p in net.parameters() if p.requires_grad]
    print("trainable:", sum(p.numel() for p in params))
    opt = torch.optim.Adam(params, lr=lr)
    for epoch in range(epochs):
        for idx in torch.randperm(len(x)).split(50):
            opt.zero_grad()
            loss = F.cross_entropy(net(x[idx]), y[idx])
            loss.backward()
            opt.step()
        print("epoch", epoch, "loss", round(loss.item(), 4))


digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16
labels = torch.tensor(digits.target)
upright, rotated = images.flatten(1), images.rot90(1, (1, 2)).flatten(1)
model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
fit(model, upright[:700], labels[:700], epochs=5, lr=5e-3)
model[0], model[2] = LoRALinear(model[0]), LoRALinear(model[2])
fit(model, rotated[700:1400], labels[700:1400], epochs=15, lr=5e-3)
with torch.no_grad():
    print("METRIC accuracy", (model(rotated[1400:]).argmax(1) == labels[1400:]).float().mean().item())
