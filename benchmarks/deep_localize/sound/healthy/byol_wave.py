"""BYOL on short noisy waveforms of four kinds: online net + predictor, momentum target, loss in [-2, 0].
Judged by a linear probe on frozen features."""

import copy
import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
T = 64


def waves(n):
    y = torch.randint(0, 4, (n,))
    t = torch.linspace(0, 1, T)
    f = torch.empty(n, 1).uniform_(2, 5)
    ph = 2 * math.pi * (f * t + torch.rand(n, 1))
    s = torch.sin(ph)
    tri = 2 / math.pi * torch.asin(s)
    sq = torch.sign(s)
    saw = (ph / (2 * math.pi)) % 1 * 2 - 1
    x = torch.stack([s + 0.6 * torch.sin(3 * ph + 1), tri, sq, saw], 1)[torch.arange(n), y]
    return x, y


def view(x):
    k = torch.randint(0, T, (len(x), 1))
    x = x.gather(1, (torch.arange(T) + k) % T)
    return (x * torch.empty(len(x), 1).uniform_(0.6, 1.4) + 0.15 * torch.randn_like(x)).unsqueeze(1)


def encoder():
    return nn.Sequential(
        nn.Conv1d(1, 16, 7, stride=2),
        nn.BatchNorm1d(16),
        nn.ReLU(),
        nn.Conv1d(16, 32, 5, stride=2),
        nn.BatchNorm1d(32),
        nn.ReLU(),
        nn.AdaptiveAvgPool1d(1),
        nn.Flatten(),
    )


def head(i, o):
    return nn.Sequential(nn.Linear(i, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, o))


online = nn.Sequential(encoder(), head(32, 32))
predictor = head(32, 32)
target = copy.deepcopy(online)
target.requires_grad_(False)
opt = torch.optim.SGD(list(online.parameters()) + list(predictor.parameters()), lr=0.1, momentum=0.9, weight_decay=1e-4)
X, Y = waves(2048)
STEPS = 240
for step in range(STEPS):
    x = X[torch.randint(0, len(X), (128,))]
    v1, v2 = view(x), view(x)
    p1, p2 = predictor(online(v1)), predictor(online(v2))
    with torch.no_grad():
        t1, t2 = target(v1), target(v2)
    loss = -(F.cosine_similarity(p1, t2).mean() + F.cosine_similarity(p2, t1).mean())
    opt.zero_grad()
    loss.backward()
    opt.step()
    m = 1 - (1 - 0.98) * (math.cos(math.pi * step / STEPS) + 1) / 2
    with torch.no_grad():
        for a, b in zip(target.parameters(), online.parameters()):
            a.mul_(m).add_(b, alpha=1 - m)
    if step % 40 == 0:
        with torch.no_grad():
            spread = F.normalize(online(v1)).std(0).mean()
        print(f"{step} loss {loss.item():.4f} spread {spread.item():.4f}")

online.eval()
with torch.no_grad():
    A = online[0](X.unsqueeze(1))
    Xt, Yt = waves(1000)
    B = online[0](Xt.unsqueeze(1))
    mu, sd = A.mean(0), A.std(0) + 1e-6
    A, B = (A - mu) / sd, (B - mu) / sd
probe = nn.Linear(32, 4)
po = torch.optim.Adam(probe.parameters(), lr=0.05)
for _ in range(100):
    po.zero_grad()
    F.cross_entropy(probe(A), Y).backward()
    po.step()
acc = (probe(B).argmax(1) == Yt).float().mean().item()
print("METRIC probe_acc", round(acc, 4))
print("METRIC good", float(acc > 0.8))
