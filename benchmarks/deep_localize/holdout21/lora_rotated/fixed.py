"""Pretrain a small MLP on upright digits, then adapt it to rotated digits with LoRA (base frozen)."""

import math
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", 0))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

d = load_digits()
imgs, labels = d.images.astype("float32") / 16.0, d.target
order = rng.permutation(len(imgs))
imgs, labels = imgs[order], labels[order]
rot = np.ascontiguousarray(np.rot90(imgs, axes=(1, 2)))


def split(a):
    return torch.from_numpy(a[:1300]).flatten(1), torch.from_numpy(a[1300:]).flatten(1)


Xa_tr, Xa_te = split(imgs)
Xb_tr, Xb_te = split(rot)
y_tr, y_te = torch.from_numpy(labels[:1300]), torch.from_numpy(labels[1300:])


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, r=8, alpha=16):
        super().__init__()
        self.base = base
        for p in self.base.parameters():
            p.requires_grad = False
        self.lora_A = nn.Parameter(torch.zeros(r, base.in_features))
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, r))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        self.scaling = alpha / r

    def forward(self, x):
        return self.base(x) + (x @ self.lora_A.t() @ self.lora_B.t()) * self.scaling


def make_net():
    return nn.Sequential(nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 128), nn.GELU(), nn.Linear(128, 10))


def accuracy(net, X, y):
    net.eval()
    with torch.no_grad():
        return (net(X).argmax(1) == y).float().mean().item()


def fit(net, X, y, epochs, lr, tag):
    params = [p for p in net.parameters() if p.requires_grad]
    print(f"[{tag}] trainable parameters: {sum(p.numel() for p in params)}")
    opt = torch.optim.AdamW(params, lr=lr, weight_decay=0.0)
    for ep in range(epochs):
        net.train()
        tot = 0.0
        for idx in torch.randperm(len(X)).split(64):
            loss = F.cross_entropy(net(X[idx]), y[idx])
            opt.zero_grad()
            loss.backward()
            opt.step()
            tot += loss.item() * len(idx)
        if ep % 5 == 4:
            print(f"[{tag}] epoch {ep + 1} loss {tot / len(X):.4f} train acc {accuracy(net, X, y):.3f}")


net = make_net()
fit(net, Xa_tr, y_tr, 12, 2e-3, "pretrain")
print(f"upright {accuracy(net, Xa_te, y_te):.3f} rotated before adapting {accuracy(net, Xb_te, y_te):.3f}")
for i, m in enumerate(net):
    if isinstance(m, nn.Linear):
        net[i] = LoRALinear(m)
fit(net, Xb_tr, y_tr, 20, 4e-3, "lora")
print("METRIC accuracy", accuracy(net, Xb_te, y_te))
