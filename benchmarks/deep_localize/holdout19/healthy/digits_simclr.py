"""Contrastive pretraining on shifted and noisy digits, then a linear probe."""

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

TEMPERATURE = 0.2


def augment(x):
    """Shift by up to one pixel, scale the contrast, add noise."""
    shift = (random.randint(-1, 1), random.randint(-1, 1))
    x = torch.roll(x, shift, dims=(-2, -1))
    gain = 0.7 + 0.6 * torch.rand(len(x), 1, 1, 1)
    drop = (torch.rand_like(x) > 0.1).float()
    return x * gain * drop + 0.1 * torch.randn_like(x)


class SimCLR(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 12, 3, padding=1),
            nn.BatchNorm2d(12),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(12 * 16, 64),
            nn.ReLU(),
        )
        self.projector = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 16))

    def forward(self, x):
        return F.normalize(self.projector(self.encoder(x)), dim=1)


def nt_xent(z1, z2):
    z = torch.cat([z1, z2])
    n = len(z1)
    sim = z @ z.t() / TEMPERATURE
    sim.fill_diagonal_(-1e9)
    positives = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(sim, positives)


digits = load_digits()
x = torch.tensor(digits.images / 16.0, dtype=torch.float32).unsqueeze(1)
y = digits.target
order = np.random.permutation(len(x))
train, test = order[:1400], order[1400:]

model = SimCLR()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-5)
for epoch in range(12):
    model.train()
    total, batches = 0.0, 0
    for idx in torch.tensor(np.random.permutation(train)).split(100):
        loss = nt_xent(model(augment(x[idx])), model(augment(x[idx])))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, batches = total + loss.item(), batches + 1
    if epoch % 4 == 3:
        print(f"epoch {epoch + 1} contrastive loss {total / batches:.3f}")

model.eval()
with torch.no_grad():
    features = model.encoder(x).numpy()
labelled = train[:200]
probe = LogisticRegression(max_iter=500).fit(features[labelled], y[labelled])
print("METRIC probe_accuracy", probe.score(features[test], y[test]))
