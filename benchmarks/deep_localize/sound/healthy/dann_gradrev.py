"""Domain-adversarial training with a gradient-reversal autograd Function: digits against faded, brightened, noisy digits. The
domain loss climbs to log 2 and that is what is wanted."""

import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, lam):
        ctx.lam = lam
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return -ctx.lam * g, None


X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
p = torch.randperm(len(X))
src, ys = X[p[:900]], y[p[:900]]
tgt, yt = X[p[900:]], y[p[900:]]
tgt = 0.8 * tgt + 0.25 + 0.1 * torch.randn_like(tgt)

feat = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 48), nn.ReLU())
cls = nn.Linear(48, 10)
dom = nn.Sequential(nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 1))
opt = torch.optim.Adam(
    [{"params": feat.parameters()}, {"params": cls.parameters()}, {"params": dom.parameters(), "lr": 1e-3}], lr=1e-3
)
STEPS = 900
d = torch.cat([torch.zeros(64), torch.ones(64)])
for it in range(STEPS):
    lam = 2 / (1 + math.exp(-10 * it / STEPS)) - 1
    i, j = torch.randint(len(src), (64,)), torch.randint(len(tgt), (64,))
    h = feat(torch.cat([src[i], tgt[j]]))
    lc = F.cross_entropy(cls(h[:64]), ys[i])
    ld = F.binary_cross_entropy_with_logits(dom(Reverse.apply(h, lam)).squeeze(1), d)
    opt.zero_grad()
    (lc + ld).backward()
    opt.step()
    if it % 150 == 0:
        print(f"{it} class {lc.item():.4f} domain {ld.item():.4f}")
with torch.no_grad():
    acc = (cls(feat(tgt)).argmax(1) == yt).float().mean().item()
print("METRIC target_acc", round(acc, 4))
print("METRIC good", float(acc > 0.75))
