"""Tell short sounds apart by their log spectrograms, clips of unequal length padded with silence."""

import math
import os
import random

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

RATE = 4000
LENGTH = 2000
N_BANDS = 20
KINDS = ["low_tone", "rising", "falling", "two_tones"]


def synthesize(kind, rng):
    n = int(rng.integers(900, LENGTH + 1))
    t = np.arange(n) / RATE
    f0 = rng.uniform(300, 600)
    if kind == "low_tone":
        wave = np.sin(2 * math.pi * f0 * t)
    elif kind == "rising":
        wave = np.sin(2 * math.pi * (f0 * t + 900 * t**2))
    elif kind == "falling":
        wave = np.sin(2 * math.pi * ((f0 + 900) * t - 900 * t**2))
    else:
        wave = np.sin(2 * math.pi * f0 * t) + np.sin(2 * math.pi * 2.6 * f0 * t)
    wave = rng.uniform(0.3, 1.0) * wave + rng.normal(0, 0.05, n)
    clip = np.zeros(LENGTH, dtype=np.float32)
    clip[:n] = wave
    return clip


def filter_bank(n_bins):
    edges = np.linspace(0, n_bins - 1, N_BANDS + 2)
    bins = np.arange(n_bins)
    bank = np.zeros((N_BANDS, n_bins), dtype=np.float32)
    for b in range(N_BANDS):
        left, mid, right = edges[b : b + 3]
        bank[b] = np.clip(np.minimum((bins - left) / (mid - left), (right - bins) / (right - mid)), 0, None)
    return torch.from_numpy(bank)


def log_spectrogram(clips):
    spec = torch.stft(clips, n_fft=128, hop_length=64, window=torch.hann_window(128), return_complex=True)
    power = spec.abs() ** 2
    bands = filter_bank(power.shape[1]) @ power
    return torch.log(bands + 1e-6)


class SoundNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(N_BANDS)
        self.conv1 = nn.Conv1d(N_BANDS, 32, 5, padding=2)
        self.conv2 = nn.Conv1d(32, 32, 5, padding=2)
        self.out = nn.Linear(32, len(KINDS))

    def forward(self, x):
        x = self.norm(x)
        x = torch.relu(self.conv1(x))
        x = torch.relu(self.conv2(x))
        return self.out(x.mean(-1))


rng = np.random.default_rng(SEED)
labels = rng.integers(0, len(KINDS), 480)
clips = torch.from_numpy(np.stack([synthesize(KINDS[k], rng) for k in labels]))
labels = torch.from_numpy(labels)
features = log_spectrogram(clips)
train_x, train_y = features[:400], labels[:400]
test_x, test_y = features[400:], labels[400:]

model = SoundNet()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(10):
    model.train()
    for idx in torch.randperm(len(train_x)).split(25):
        optimizer.zero_grad()
        loss = loss_fn(model(train_x[idx]), train_y[idx])
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: last batch {loss.item():.4f}")

model.eval()
with torch.no_grad():
    logits = model(test_x)
print("test accuracy", (logits.argmax(1) == test_y).float().mean().item())
print("METRIC test_loss", loss_fn(logits, test_y).item())
