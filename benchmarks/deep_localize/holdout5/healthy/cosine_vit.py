# a very small vision transformer; rate from 0 up and down to 0 again
import math
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)


class ViT(nn.Module):
    def __init__(self, patch=2, dim=32):
        super().__init__()
        self.patch = nn.Conv2d(1, dim, patch, stride=patch)
        self.cls = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos = nn.Parameter(torch.randn(1, 17, dim) * 0.02)
        layer = nn.TransformerEncoderLayer(
            dim, 4, 64, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, 10)

    def forward(self, x):
        t = self.patch(x).flatten(2).transpose(1, 2)
        t = torch.cat([self.cls.expand(len(x), -1, -1), t], 1) + self.pos
        return self.head(self.norm(self.encoder(t)[:, 0]))


digits = load_digits()
order = torch.randperm(len(digits.target))
X = torch.tensor(digits.images, dtype=torch.float32)[order, None] / 8 - 1
y = torch.tensor(digits.target)[order]
model = ViT()
epochs, per_epoch, warmup = 8, 20, 20
total = epochs * per_epoch
optimizer = torch.optim.AdamW(model.parameters(), lr=6e-3, weight_decay=0.01)


def rate(step):
    if step < warmup:
        return step / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
for epoch in range(epochs):
    for idx in torch.randperm(per_epoch * 64).split(64):
        loss = nn.functional.cross_entropy(model(X[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
    print(epoch, loss.item(), scheduler.get_last_lr())

with torch.no_grad():
    print("METRIC accuracy", (model(X[1280:]).argmax(1) == y[1280:]).float().mean().item())
