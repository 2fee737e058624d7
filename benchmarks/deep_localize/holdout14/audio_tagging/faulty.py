"""Weakly labelled audio tagging: which events occur somewhere in the clip (attention pooling over frames)."""

import math
import os

import numpy as np
import torch
from sklearn.metrics import average_precision_score
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

RATE, N_FFT, HOP, TAGS = 4000, 128, 64, 6
PITCH = [300, 500, 750, 1000, 1300, 1650]


def make_clips(n, seconds=0.8):
    t = torch.arange(int(RATE * seconds)) / RATE
    labels = (torch.rand(n, TAGS) < 0.3).float()
    clips = 0.5 * torch.randn(n, len(t))
    for i in range(n):
        for k in range(TAGS):
            if labels[i, k]:
                start, long = np.random.uniform(0, 0.6), np.random.uniform(0.06, 0.15)
                gate = ((t >= start) & (t < start + long)).float()
                clips[i] += 0.8 * gate * torch.sin(2 * math.pi * PITCH[k] * t + np.random.uniform(0, 6))
    return clips, labels


def log_spectrogram(clips):
    window = torch.hann_window(N_FFT)
    spec = torch.stft(clips, N_FFT, HOP, window=window, return_complex=True).abs()
    return torch.log(spec + 1e-3).transpose(1, 2)  # (batch, frames, bins)


class AttentionPool(nn.Module):
    """Weighs the frames of each tag and averages their probabilities."""

    def __init__(self, dim, n_tags):
        super().__init__()
        self.att = nn.Linear(dim, n_tags)
        self.cla = nn.Linear(dim, n_tags)

    def forward(self, h):
        weights = torch.softmax(self.att(h).clamp(-10, 10), dim=-1)
        frame_probs = torch.sigmoid(self.cla(h))
        clip_probs = (weights * frame_probs).sum(dim=1)
        return clip_probs.clamp(1e-6, 1 - 1e-6), frame_probs


class Tagger(nn.Module):
    def __init__(self, bins, dim=48):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv1d(bins, dim, 3, padding=1),
            nn.BatchNorm1d(dim),
            nn.ReLU(),
            nn.Conv1d(dim, dim, 3, padding=1),
            nn.BatchNorm1d(dim),
            nn.ReLU(),
        )
        self.pool = AttentionPool(dim, TAGS)

    def forward(self, spec):
        h = self.conv(spec.transpose(1, 2)).transpose(1, 2)
        return self.pool(h)


train_clips, train_tags = make_clips(320)
test_clips, test_tags = make_clips(200)
train_spec, test_spec = log_spectrogram(train_clips), log_spectrogram(test_clips)
mean, std = train_spec.mean((0, 1)), train_spec.std((0, 1))
train_spec, test_spec = (train_spec - mean) / std, (test_spec - mean) / std

model = Tagger(N_FFT // 2 + 1)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
criterion = nn.BCELoss()
loader = DataLoader(TensorDataset(train_spec, train_tags), batch_size=32, shuffle=True, drop_last=True)

for epoch in range(8):
    model.train()
    for spec, tags in loader:
        clip_probs, _ = model(spec)
        loss = criterion(clip_probs, tags)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        probs, _ = model(test_spec)
    score = average_precision_score(test_tags.numpy(), probs.numpy(), average="macro")
    print(f"epoch {epoch} loss {loss.item():.4f} mAP {score:.3f}")

print(f"METRIC map {score:.4f}")
