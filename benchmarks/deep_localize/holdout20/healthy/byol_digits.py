"""Bootstrap your own latent on small digits with a slowly moving teacher, then a linear probe."""

import copy
import os
import random

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def view(x):
    x = x.reshape(-1, 8, 8)
    x = torch.roll(x, (random.randint(-1, 1), random.randint(-1, 1)), (1, 2)).flatten(1)
    return x * (torch.rand_like(x) > 0.15) + 0.05 * torch.randn_like(x)


def head(n_in, n_hidden, n_out):
    return nn.Sequential(nn.Linear(n_in, n_hidden), nn.BatchNorm1d(n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_out))


class Online(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Linear(128, 64))
        self.projector = head(64, 64, 32)

    def forward(self, x):
        return self.projector(self.encoder(x))


data = load_digits()
x = torch.tensor(data.data, dtype=torch.float32) / 16
y = torch.tensor(data.target)

online, predictor = Online(), head(32, 64, 32)
teacher = copy.deepcopy(online).requires_grad_(False)
optimizer = torch.optim.AdamW([*online.parameters(), *predictor.parameters()], lr=2e-3, weight_decay=1e-4)
STEPS = 250
for step in range(STEPS):
    batch = x[torch.randperm(len(x))[:128]]
    v1, v2 = view(batch), view(batch)
    with torch.no_grad():
        t1, t2 = teacher(v1), teacher(v2)
    loss = 4 - 2 * F.cosine_similarity(predictor(online(v1)), t2).mean()
    loss = loss - 2 * F.cosine_similarity(predictor(online(v2)), t1).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    momentum = 1 - 0.04 * (np.cos(np.pi * step / STEPS) + 1) / 2
    with torch.no_grad():
        for slow, fast in zip(teacher.parameters(), online.parameters()):
            slow.lerp_(fast, 1 - momentum)
    if step % 50 == 0:
        print(f"step {step} loss {loss.item():.4f} momentum {momentum:.4f}")

online.eval().requires_grad_(False)
h = online.encoder(x)
h = (h - h.mean(0)) / (h.std(0) + 1e-5)
probe = nn.Linear(64, 10)
optimizer = torch.optim.Adam(probe.parameters(), lr=1e-2)
order = torch.randperm(len(x))
train, test = order[:1200], order[1200:]
for step in range(100):
    loss = F.cross_entropy(probe(h[train]), y[train])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("METRIC probe_accuracy", (probe(h[test]).argmax(1) == y[test]).float().mean().item())
