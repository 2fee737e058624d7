"""Conditional GAN on 8x8 digits: hinge loss, spectral norm, projection discriminator, EMA generator used for evaluation."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from torch.nn.utils import parametrizations

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)
torch.set_num_threads(1)
sn = parametrizations.spectral_norm

raw, lab = load_digits(return_X_y=True)
imgs = torch.tensor(raw, dtype=torch.float32).view(-1, 64) / 8.0 - 1.0
lab = torch.tensor(lab)
judge = LogisticRegression(max_iter=500).fit(imgs.numpy(), lab.numpy())


class Generator(nn.Module):
    def __init__(self, z=16, h=128):
        super().__init__()
        self.z = z
        self.emb = nn.Embedding(10, 16)
        self.net = nn.Sequential(
            nn.Linear(z + 16, h),
            nn.BatchNorm1d(h),
            nn.ReLU(),
            nn.Linear(h, h),
            nn.BatchNorm1d(h),
            nn.ReLU(),
            nn.Linear(h, 64),
            nn.Tanh(),
        )

    def forward(self, y):
        z = torch.randn(len(y), self.z)
        return self.net(torch.cat([z, self.emb(y)], 1))


class Discriminator(nn.Module):
    def __init__(self, h=128):
        super().__init__()
        self.body = nn.Sequential(sn(nn.Linear(64, h)), nn.LeakyReLU(0.2), sn(nn.Linear(h, h)), nn.LeakyReLU(0.2))
        self.out = sn(nn.Linear(h, 1))
        self.cls = sn(nn.Embedding(10, h))

    def forward(self, x, y):
        f = self.body(x)
        return self.out(f).squeeze(1) + (self.cls(y) * f).sum(1)


G, D = Generator(), Discriminator()
ema = copy.deepcopy(G).requires_grad_(False)
og = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.99))
od = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.5, 0.99))
n, bs = len(imgs), 128
it = 0
for epoch in range(26):
    perm = torch.randperm(n)
    for i in range(0, n - bs + 1, bs):
        idx = perm[i : i + bs]
        x, y = imgs[idx], lab[idx]
        fake = G(y).detach()
        dl = F.relu(1 - D(x, y)).mean() + F.relu(1 + D(fake, y)).mean()
        od.zero_grad()
        dl.backward()
        od.step()
        yg = torch.randint(0, 10, (bs,))
        gl = -D(G(yg), yg).mean()
        og.zero_grad()
        gl.backward()
        og.step()
        with torch.no_grad():
            for p, q in zip(ema.parameters(), G.parameters()):
                p.lerp_(q, 0.02)
            for p, q in zip(ema.buffers(), G.buffers()):
                p.copy_(q)
        it += 1
    if epoch % 5 == 0:
        print(f"epoch {epoch} d {dl.item():.3f} g {gl.item():.3f}")

ema.eval()
y = torch.arange(10).repeat(100)
with torch.no_grad():
    acc = float((judge.predict(ema(y).numpy()) == y.numpy()).mean())
print("METRIC class_agreement", round(acc, 4))
print("METRIC good", float(acc > 0.7))
