"""Keyword-like classification of synthetic tones: log filterbank frames into a GRU."""

import math
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

RATE, SAMPLES, CLASSES = 2000, 1000, 6


def make_waves(n):
    """Rising, falling, flat, dipping, peaking and trembling tones in noise."""
    t = torch.linspace(0, 1, SAMPLES)
    y = torch.randint(0, CLASSES, (n,))
    base = 250 + 150 * torch.rand(n, 1)
    shape = torch.stack(
        [
            t,
            1 - t,
            torch.full_like(t, 0.5),
            (2 * t - 1) ** 2,
            1 - (2 * t - 1) ** 2,
            0.5 + 0.5 * torch.sin(8 * math.pi * t),
        ]
    )
    pitch = base + 300 * shape[y]
    phase = 2 * math.pi * torch.cumsum(pitch, dim=1) / RATE
    loudness = 0.5 + torch.rand(n, 1)
    return loudness * torch.sin(phase) + 0.3 * torch.randn(n, SAMPLES), y


def features(waves):
    window = torch.hann_window(64)
    spec = torch.stft(waves, n_fft=64, hop_length=40, window=window, return_complex=True).abs()
    return torch.log(spec + 1e-2).transpose(1, 2)


class ToneNet(nn.Module):
    def __init__(self, bands=33, hidden=48):
        super().__init__()
        self.norm = nn.LayerNorm(bands)
        self.gru = nn.GRU(bands, hidden, batch_first=True)
        self.head = nn.Linear(hidden, CLASSES)

    def forward(self, x):
        out, _ = self.gru(self.norm(x))
        return self.head(out.mean(dim=1))


x_train, y_train = make_waves(800)
x_test, y_test = make_waves(300)
x_train, x_test = features(x_train), features(x_test)

model = ToneNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

for epoch in range(10):
    model.train()
    order = torch.randperm(len(x_train))
    correct = 0
    for i in range(0, len(x_train), 32):
        idx = order[i : i + 32]
        logits = model(x_train[idx])
        loss = criterion(logits, y_train[idx])
        loss.backward()
        optimizer.step()
        correct += (logits.argmax(1) == y_train[idx]).sum().item()
    model.eval()
    with torch.no_grad():
        acc = (model(x_test).argmax(1) == y_test).float().mean().item()
    print(f"epoch {epoch + 1} train acc {correct / len(x_train):.3f} test acc {acc:.3f}")

print(f"METRIC test_accuracy {acc:.4f}")
