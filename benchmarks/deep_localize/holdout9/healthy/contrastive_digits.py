"""Two noisy crops of a digit are drawn together, other digits apart; a linear probe tells what was learned."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
TEMPERATURE = 0.2

digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
labels = digits.target
order = torch.randperm(len(images)).numpy()
train, test = order[:1300], order[1300:]


def augment(x):
    shift = torch.randint(-1, 2, (2,)).tolist()
    x = torch.roll(x, shift, dims=(2, 3))
    x = x * (0.7 + 0.6 * torch.rand(len(x), 1, 1, 1))
    return x + 0.1 * torch.randn_like(x)


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(32 * 16, 64),
        )

    def forward(self, x):
        return self.net(x)


def nt_xent(a, b):
    z = F.normalize(torch.cat([a, b]), dim=1)
    similarity = z @ z.t() / TEMPERATURE
    similarity.fill_diagonal_(float("-inf"))
    n = len(a)
    partner = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(similarity, partner)


backbone = Backbone()
projector = nn.Sequential(nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32))
optimizer = torch.optim.AdamW([*backbone.parameters(), *projector.parameters()], lr=2e-3, weight_decay=1e-4)
pool = images[train]

for epoch in range(9):
    total, batches = 0.0, torch.randperm(len(pool)).split(128)
    for idx in batches[:-1]:
        x = pool[idx]
        loss = nt_xent(projector(backbone(augment(x))), projector(backbone(augment(x))))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch}: {total / (len(batches) - 1):.4f}")

backbone.eval()
with torch.no_grad():
    features = backbone(images).numpy()
probe = LogisticRegression(max_iter=300).fit(features[train[:300]], labels[train[:300]])
print("METRIC probe_accuracy", probe.score(features[test], labels[test]))
