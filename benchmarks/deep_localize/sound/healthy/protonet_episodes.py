"""Prototypical network trained in 5-way 3-shot episodes on many synthetic classes; classes at test time are new."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
DIM, NUIS = 6, 26
A = torch.linalg.qr(torch.randn(32, 32))[0]


def make_classes(n):
    return 1.5 * torch.randn(n, DIM)


def draw(centres, k):
    """class signal in a small subspace, loud class-free nuisance elsewhere, all rotated"""
    n = len(centres)
    sig = centres[:, None] + 0.5 * torch.randn(n, k, DIM)
    nui = 4.0 * torch.randn(n, k, NUIS)
    return torch.cat([sig, nui], -1) @ A


train_c, test_c = make_classes(60), make_classes(40)
embed = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 16))
scale = nn.Parameter(torch.zeros(()))
opt = torch.optim.Adam([*embed.parameters(), scale], lr=2e-3)


def episode(pool, way=5, shot=3, query=8):
    c = pool[torch.randperm(len(pool))[:way]]
    x = draw(c, shot + query)
    z = embed(x)
    proto = z[:, :shot].mean(1)
    q = z[:, shot:].reshape(way * query, -1)
    logits = -torch.cdist(q, proto).square() * scale.exp()
    y = torch.arange(way).repeat_interleave(query)
    return F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()


for ep in range(1200):
    loss, acc = episode(train_c)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if ep % 200 == 0:
        print(f"episode {ep} loss {loss.item():.3f} acc {acc.item():.3f}")
with torch.no_grad():
    acc = torch.stack([episode(test_c)[1] for _ in range(200)]).mean().item()
print("METRIC new_class_acc", round(acc, 4))
print("METRIC good", float(acc > 0.75))
