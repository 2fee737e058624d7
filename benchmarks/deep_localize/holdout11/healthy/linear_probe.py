"""Pre-trains a small network on many texture classes, then freezes it and trains a linear head for new classes."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
N_TEXTURES = 16
FREQ = torch.rand(N_TEXTURES, 2) * 2.4 - 1.2


def textures(kinds, n):
    which = torch.randint(len(kinds), (n,))
    f = FREQ[torch.tensor(kinds)[which]]
    yy, xx = torch.meshgrid(torch.arange(12.0), torch.arange(12.0), indexing="ij")
    phase = torch.rand(n, 1, 1) * 6.283
    image = torch.sin(f[:, 0, None, None] * yy + f[:, 1, None, None] * xx + phase)
    return (image + 0.4 * torch.randn_like(image)).unsqueeze(1), which


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 24, 5),
            nn.BatchNorm2d(24),
            nn.ReLU(),
            nn.Conv2d(24, 32, 3),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )

    def forward(self, x):
        return self.layers(x)


def run_epoch(step, x, y, batch):
    losses = []
    for idx in torch.randperm(len(x)).split(batch):
        losses.append(step(x[idx], y[idx]))
    return sum(losses) / len(losses)


backbone = Backbone()
source_head = nn.Linear(32, 10)
optimizer = torch.optim.Adam([*backbone.parameters(), *source_head.parameters()], lr=4e-3)


def pretrain_step(x, y):
    loss = F.cross_entropy(source_head(backbone(x)), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


x, y = textures(list(range(10)), 1200)
for epoch in range(5):
    print(f"pretrain {epoch + 1}: {run_epoch(pretrain_step, x, y, 40):.3f}")

for p in backbone.parameters():
    p.requires_grad_(False)
backbone.eval()
probe = nn.Linear(32, 6)
probe_optimizer = torch.optim.Adam(probe.parameters(), lr=1e-2)


def probe_step(x, y):
    loss = F.cross_entropy(probe(backbone(x)), y)
    probe_optimizer.zero_grad()
    loss.backward()
    probe_optimizer.step()
    return loss.item()


new = list(range(10, 16))
x, y = textures(new, 600)
for epoch in range(12):
    value = run_epoch(probe_step, x, y, 30)
print(f"probe loss {value:.3f}")
x, y = textures(new, 500)
with torch.no_grad():
    print("METRIC probe_accuracy", round((probe(backbone(x)).argmax(1) == y).float().mean().item(), 4))
