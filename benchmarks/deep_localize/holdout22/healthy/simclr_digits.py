"""Self-supervised contrastive learning (NT-Xent) on unlabelled digits, then a linear probe."""

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
    n = len(x)
    shift = torch.randint(-1, 2, (2,)).tolist()
    x = torch.roll(x, shift, dims=(2, 3))
    x = x * (0.7 + 0.6 * torch.rand(n, 1, 1, 1))
    x = x + 0.1 * torch.randn_like(x)
    keep = (torch.rand(n, 1, 8, 8) > 0.1).float()
    return x * keep


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )

    def forward(self, x):
        return self.conv(x).flatten(1)


def nt_xent(a, b):
    z = F.normalize(torch.cat([a, b]), dim=1)
    similarity = z @ z.t() / TEMPERATURE
    similarity.fill_diagonal_(float("-inf"))
    n = len(a)
    partner = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(similarity, partner)


digits = load_digits()
images = torch.tensor(digits.images[:, None] / 16.0, dtype=torch.float32)
labels = digits.target
order = np.random.permutation(len(labels))
train, test = order[:1300], order[1300:]

encoder = Encoder()
projector = nn.Sequential(nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 32))
optimizer = torch.optim.Adam(list(encoder.parameters()) + list(projector.parameters()), lr=2e-3)
for epoch in range(12):
    encoder.train()
    losses = []
    for batch in torch.from_numpy(np.random.permutation(train)).split(128):
        view = images[batch]
        loss = nt_xent(projector(encoder(augment(view))), projector(encoder(augment(view))))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if epoch % 4 == 3:
        print(f"epoch {epoch} contrastive loss {np.mean(losses):.4f}")

encoder.eval()
with torch.no_grad():
    features = encoder(images).numpy()
probe = LogisticRegression(max_iter=300).fit(features[train[:300]], labels[train[:300]])
print("METRIC probe_accuracy", probe.score(features[test], labels[test]))
