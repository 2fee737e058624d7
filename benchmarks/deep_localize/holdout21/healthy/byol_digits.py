"""BYOL on digits: online/target networks, no negatives, the target never gets a gradient; judged by a linear probe."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

torch.manual_seed(int(os.environ.get("SEED", 0)))
d = load_digits()
X, y = torch.tensor(d.images, dtype=torch.float32).unsqueeze(1) / 16, torch.tensor(d.target)
perm = torch.randperm(len(X))
X, y = X[perm], y[perm]
Xtr, Xte = X[:1300], X[1300:]


def augment(x):
    n = len(x)
    ang = (torch.rand(n) - 0.5) * 0.5
    s = 1 + (torch.rand(n) - 0.5) * 0.3
    th = torch.zeros(n, 2, 3)
    th[:, 0, 0], th[:, 1, 1] = ang.cos() * s, ang.cos() * s
    th[:, 0, 1], th[:, 1, 0] = -ang.sin() * s, ang.sin() * s
    th[:, :, 2] = (torch.rand(n, 2) - 0.5) * 0.35
    x = F.grid_sample(x, F.affine_grid(th, x.shape, align_corners=False), align_corners=False)
    return x * (0.7 + 0.6 * torch.rand(n, 1, 1, 1)) + 0.08 * torch.randn_like(x)


def head(i, h, o):
    return nn.Sequential(nn.Linear(i, h), nn.BatchNorm1d(h), nn.ReLU(), nn.Linear(h, o))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(512, 64),
        )
        self.projector = head(64, 64, 32)

    def forward(self, x):
        return self.projector(self.backbone(x))


online, predictor = Encoder(), head(32, 64, 32)
target = copy.deepcopy(online).requires_grad_(False)
opt = torch.optim.AdamW([*online.parameters(), *predictor.parameters()], lr=2e-3, weight_decay=1e-4)


def probe():
    online.eval()
    with torch.no_grad():
        a, b = online.backbone(Xtr), online.backbone(Xte)
    online.train()
    m, s = a.mean(0), a.std(0) + 1e-6
    clf = LogisticRegression(max_iter=200).fit((a[:200] - m) / s, y[:200])
    return clf.score((b - m) / s, y[1300:])


print(f"probe with 200 labels before training {probe():.3f}")
for epoch in range(14):
    tot = 0.0
    for idx in torch.randperm(1300)[:1280].split(128):
        v1, v2 = augment(Xtr[idx]), augment(Xtr[idx])
        with torch.no_grad():
            t1, t2 = F.normalize(target(v1), dim=1), F.normalize(target(v2), dim=1)
        p1, p2 = F.normalize(predictor(online(v1)), dim=1), F.normalize(predictor(online(v2)), dim=1)
        loss = (2 - 2 * (p1 * t2).sum(1)).mean() + (2 - 2 * (p2 * t1).sum(1)).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        with torch.no_grad():
            for p, q in zip(online.parameters(), target.parameters()):
                q.lerp_(p, 0.03)
        tot += loss.item() / 10
    if epoch % 3 == 1:
        print(f"epoch {epoch} loss {tot:.4f}")
print("METRIC probe_accuracy", probe())
