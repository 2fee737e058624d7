"""Siamese network with the contrastive loss: which pen strokes are of the same writer?"""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

N_WRITERS, LENGTH = 12, 32


def strokes(writer, n, styles):
    t = np.linspace(0, 1, LENGTH)
    amplitude, phase = styles[writer]
    jitter = 1 + 0.12 * np.random.randn(n, 3, 1)
    waves = (
        amplitude[None, :, None]
        * jitter
        * np.sin(
            2 * np.pi * np.arange(1, 4)[None, :, None] * t + phase[None, :, None] + 0.15 * np.random.randn(n, 3, 1)
        )
    )
    return (waves.sum(1) + 0.3 * np.random.randn(n, LENGTH)).astype("float32")


class PairDataset(Dataset):
    """Returns two strokes and 1.0 if they are of the same writer, else 0.0."""

    def __init__(self, by_writer, size):
        self.by_writer = by_writer
        self.size = size

    def __len__(self):
        return self.size

    def __getitem__(self, i):
        first = random.randrange(N_WRITERS)
        same = random.random() < 0.5
        second = first if same else random.choice([w for w in range(N_WRITERS) if w != first])
        a = random.choice(self.by_writer[first])
        b = random.choice(self.by_writer[second])
        return torch.from_numpy(a), torch.from_numpy(b), torch.tensor(float(same))


class ContrastiveLoss(nn.Module):
    def __init__(self, margin=1.0):
        super().__init__()
        self.margin = margin

    def forward(self, output1, output2, label):
        distance = F.pairwise_distance(output1, output2)
        return torch.mean(label * distance.pow(2) + (1 - label) * torch.clamp(self.margin - distance, min=0.0).pow(2))


class SiameseNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv1d(1, 12, 5, stride=2, padding=2),
            nn.ReLU(),
            nn.Conv1d(12, 24, 5, stride=2, padding=2),
            nn.ReLU(),
        )
        self.fc = nn.Linear(24 * 8, 16)

    def forward_once(self, x):
        return self.fc(self.conv(x.unsqueeze(1)).flatten(1))

    def forward(self, a, b):
        return self.forward_once(a), self.forward_once(b)


styles = [(np.random.uniform(0.3, 1.0, 3), np.random.uniform(0, 2 * np.pi, 3)) for _ in range(N_WRITERS)]
train_set = PairDataset([strokes(w, 40, styles) for w in range(N_WRITERS)], 1600)
test_set = PairDataset([strokes(w, 20, styles) for w in range(N_WRITERS)], 800)
loader = DataLoader(train_set, batch_size=64)

net = SiameseNet()
criterion = ContrastiveLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(8):
    net.train()
    for a, b, label in loader:
        optimizer.zero_grad()
        out_a, out_b = net(a, b)
        loss = criterion(out_a, out_b, label)
        loss.backward()
        optimizer.step()
    print(f"Epoch {epoch} contrastive loss {loss.item():.4f}")

net.eval()
a, b, label = next(iter(DataLoader(test_set, batch_size=800)))
with torch.no_grad():
    distance = F.pairwise_distance(*net(a, b))
same, different = distance[label == 1], distance[label == 0]
auc = (same.unsqueeze(1) < different.unsqueeze(0)).float().mean().item()
print(f"METRIC verification_auc {auc:.4f}")
