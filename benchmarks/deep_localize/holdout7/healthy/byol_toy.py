"""BYOL-like learning without negatives: an online and a slowly moving target encoder, then a linear probe."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

centres = 1.2 * torch.randn(6, 10)
mixing = torch.randn(10, 40)


def samples(n):
    y = torch.randint(0, 6, (n,))
    return torch.tanh((centres[y] + 0.4 * torch.randn(n, 10)) @ mixing / 3), y


def augment(x):
    return (x + 0.15 * torch.randn_like(x)) * (torch.rand_like(x) > 0.3)


class MLP(nn.Sequential):
    def __init__(self, cin, hidden, cout):
        super().__init__(nn.Linear(cin, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, cout))


online = nn.Sequential(MLP(40, 64, 32), MLP(32, 64, 16))
predictor = MLP(16, 32, 16)
target = copy.deepcopy(online)
for p in target.parameters():
    p.requires_grad = False
optimizer = torch.optim.Adam([*online.parameters(), *predictor.parameters()], lr=2e-3, weight_decay=1e-5)


def regression_loss(p, z):
    return 2 - 2 * F.cosine_similarity(p, z, dim=-1).mean()


x, y = samples(1200)
tx, ty = samples(400)
for epoch in range(12):
    total = 0.0
    for idx in torch.randperm(1200).split(100):
        a, b = augment(x[idx]), augment(x[idx])
        with torch.no_grad():
            za, zb = target(a), target(b)
        loss = regression_loss(predictor(online(a)), zb) + regression_loss(predictor(online(b)), za)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for po, pt in zip(online.parameters(), target.parameters()):
                pt.lerp_(po, 0.03)
        total += loss.item() / 12
    print(f"epoch {epoch} loss {total:.4f}")

encoder = online[0].eval()
with torch.no_grad():
    h, th = encoder(x), encoder(tx)
probe = nn.Linear(32, 6)
probe_opt = torch.optim.Adam(probe.parameters(), lr=0.02)
for _ in range(150):
    loss = F.cross_entropy(probe(h), y)
    probe_opt.zero_grad()
    loss.backward()
    probe_opt.step()
print("METRIC accuracy", (probe(th).argmax(1) == ty).float().mean().item())
