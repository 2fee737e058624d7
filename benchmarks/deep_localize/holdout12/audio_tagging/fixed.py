"""Multi-label tagging of short synthetic sound clips from log-spectrograms."""

import argparse
import math
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

RATE, SECONDS = 4000, 0.4
TAGS = ["hum", "whistle", "chirp", "clicks", "hiss"]


def synth(n):
    t = torch.arange(int(RATE * SECONDS)) / RATE
    tags = (torch.rand(n, len(TAGS)) < 0.4).float()
    clips = 0.02 * torch.randn(n, len(t))
    for i in range(n):
        if tags[i, 0]:
            f = 80 + 60 * torch.rand(1)
            clips[i] += 0.3 * torch.sin(2 * math.pi * f * t) + 0.15 * torch.sin(4 * math.pi * f * t)
        if tags[i, 1]:
            clips[i] += 0.2 * torch.sin(2 * math.pi * (900 + 500 * torch.rand(1)) * t)
        if tags[i, 2]:
            f0, f1 = 300 + 100 * torch.rand(1), 1500 + 200 * torch.rand(1)
            clips[i] += 0.2 * torch.sin(2 * math.pi * (f0 * t + (f1 - f0) * t * t / (2 * SECONDS)))
        if tags[i, 3]:
            at = torch.randint(0, len(t), (6,))
            clips[i, at] += 0.9
        if tags[i, 4]:
            clips[i] += 0.06 * torch.randn(len(t))
    return clips, tags


def log_spectrogram(clips):
    spec = torch.stft(clips, n_fft=128, hop_length=64, window=torch.hann_window(128), return_complex=True).abs()
    return torch.log(spec[:, :64] + 1e-3).unsqueeze(1)


class Tagger(nn.Module):
    def __init__(self, n_tags):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=(2, 1), padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.Conv2d(16, 24, 3, stride=2, padding=1),
            nn.BatchNorm2d(24),
            nn.ReLU(),
        )
        self.head = nn.Linear(24 * 8, n_tags)

    def forward(self, x):
        h = self.body(x).mean(3)  # over time; frequency is kept
        return self.head(h.flatten(1))


def make_schedule(args, total):
    warm = int(args.warmup * total)

    def lr_at(step):
        if step < warm:
            scale = (step + 1) / warm
        else:
            scale = 0.5 * (1 + math.cos(math.pi * (step - warm) / (total - warm)))
        return scale

    return lr_at


def f1(logits, tags):
    pred = (logits > 0).float()
    tp = (pred * tags).sum(0)
    return (2 * tp / (pred.sum(0) + tags.sum(0)).clamp(min=1)).mean().item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=4e-3)
    parser.add_argument("--warmup", type=float, default=0.1)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch-size", type=int, default=32)
    args = parser.parse_args()

    clips, tags = synth(480)
    spec = log_spectrogram(clips)
    mean, std = spec.mean(), spec.std()
    spec = (spec - mean) / std
    test_clips, test_tags = synth(200)
    test_spec = (log_spectrogram(test_clips) - mean) / std

    model = Tagger(len(TAGS))
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=1e-4)
    total = args.epochs * (len(spec) // args.batch_size)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, make_schedule(args, total))
    criterion = nn.BCEWithLogitsLoss()

    for epoch in range(args.epochs):
        model.train()
        for idx in torch.randperm(len(spec)).split(args.batch_size):
            loss = criterion(model(spec[idx]), tags[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
        model.eval()
        with torch.no_grad():
            score = f1(model(test_spec), test_tags)
        print(f"epoch {epoch}: loss {loss.item():.3f} macro f1 {score:.3f}")
    print(f"METRIC macro_f1 {score:.4f}")


if __name__ == "__main__":
    main()
