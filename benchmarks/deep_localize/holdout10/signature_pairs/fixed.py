"""Siamese network: are two noisy recordings from the same source?"""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

SOURCES, LENGTH = 40, 48
time = torch.linspace(0, 1, LENGTH)
freqs = torch.rand(SOURCES, 3) * 9 + 1
amps = torch.rand(SOURCES, 3) + 0.3


def record(ids):
    phase = 0.3 * torch.randn(len(ids), 3, 1)
    waves = torch.sin(2 * torch.pi * freqs[ids][..., None] * time + phase)
    return (amps[ids][..., None] * waves).sum(1) + 0.2 * torch.randn(len(ids), LENGTH)


def sample_pairs(n):
    left = torch.randint(SOURCES, (n,))
    other = (left + torch.randint(1, SOURCES, (n,))) % SOURCES
    same = torch.rand(n) < 0.5
    right = torch.where(same, left, other)
    return record(left), record(right), same.float()


class Encoder(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.conv1 = nn.Conv1d(1, 16, 5, stride=2, padding=2)
        self.conv2 = nn.Conv1d(16, 32, 5, stride=2, padding=2)
        self.fc = nn.Linear(32 * 12, dim)
        self.dim = dim

    def forward(self, x):
        x = F.relu(self.conv1(x.unsqueeze(1)))
        x = F.relu(self.conv2(x))
        return self.fc(x.flatten(1))


class PairScorer(nn.Module):
    """Embeds both sides in one pass and scores their distance."""

    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.score = nn.Sequential(nn.Linear(self.encoder.dim, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, left, right):
        both = self.encoder(torch.cat([left, right]))
        both = both.view(2, len(left), self.encoder.dim)
        gap = (both[0] - both[1]).abs()
        return self.score(gap).squeeze(1)


model = PairScorer()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
criterion = nn.BCEWithLogitsLoss()
test_left, test_right, test_same = sample_pairs(1000)


@torch.no_grad()
def accuracy():
    return ((model(test_left, test_right) > 0).float() == test_same).float().mean().item()


running = 0.0
for step in range(1, 501):
    left, right, same = sample_pairs(64)
    loss = criterion(model(left, right), same)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    running += loss.item()
    if step % 100 == 0:
        print(f"step {step}: loss {running / 100:.4f} accuracy {accuracy():.3f}")
        running = 0.0

print("METRIC accuracy", accuracy())
