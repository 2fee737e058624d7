"""SimCLR on digit images: contrastive pretraining, then a linear probe."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

TEMPERATURE = 0.3
BATCH = 128


def augment(x):
    """Random shift by at most one pixel, noise and random brightness."""
    padded = F.pad(x.view(-1, 1, 8, 8), (1, 1, 1, 1))
    dy, dx = np.random.randint(0, 3, 2)
    x = padded[:, :, dy : dy + 8, dx : dx + 8].reshape(len(x), 64)
    x = x * (0.8 + 0.4 * torch.rand(len(x), 1)) + 0.1 * torch.randn_like(x)
    return x * (torch.rand_like(x) > 0.1)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(64, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Linear(128, 64))
        self.projector = nn.Sequential(nn.ReLU(), nn.Linear(64, 32))

    def forward(self, x):
        h = self.net(x)
        return h, self.projector(h)


def nt_xent(z1, z2):
    z = F.normalize(torch.cat([z1, z2]), dim=1)
    n = len(z1)
    sim = z @ z.T / TEMPERATURE
    sim.fill_diagonal_(float("-inf"))
    targets = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(sim, targets)


digits = load_digits()
x = torch.tensor(digits.data / 16.0, dtype=torch.float32)
y = digits.target
perm = np.random.permutation(len(x))
train, test = perm[:1300], perm[1300:]

model = Encoder()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-5)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=300)
step = 0
while step < 300:
    for idx in torch.randperm(len(train)).split(BATCH):
        if len(idx) < BATCH:
            continue
        batch = x[train[idx.numpy()]]
        _, z1 = model(augment(batch))
        _, z2 = model(augment(batch))
        loss = nt_xent(z1, z2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        step += 1
        if step % 60 == 0:
            print(f"step {step} nt-xent {loss.item():.4f}")

model.eval()
with torch.no_grad():
    features = model(x)[0].numpy()
probe = LogisticRegression(max_iter=200).fit(features[train[:200]], y[train[:200]])
print("METRIC probe_accuracy", probe.score(features[test], y[test]))
