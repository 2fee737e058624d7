"""Recognize the kind of a noisy waveform with an LSTM."""

import os
import random

import numpy as np
import torch
from torch import nn, optim

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

SEQ_LEN = 24
KINDS = ("sine", "square", "saw", "decay")


def make_wave(kind, rng):
    t = np.arange(SEQ_LEN) / SEQ_LEN
    phase = rng.uniform(0, 1)
    cycles = rng.uniform(2.0, 3.0)
    arg = cycles * t + phase
    if kind == "sine":
        wave = np.sin(2 * np.pi * arg)
    elif kind == "square":
        wave = np.sign(np.sin(2 * np.pi * arg))
    elif kind == "saw":
        wave = 2 * (arg % 1) - 1
    else:
        wave = np.sin(2 * np.pi * arg) * np.exp(-3 * t)
    return wave + 0.05 * rng.standard_normal(SEQ_LEN)


def make_dataset(n, rng):
    ys = rng.integers(0, len(KINDS), n)
    xs = np.stack([make_wave(KINDS[k], rng) for k in ys]).astype(np.float32)
    return torch.from_numpy(xs).unsqueeze(-1), torch.from_numpy(ys)


class WaveRNN(nn.Module):
    def __init__(self, hidden=32, classes=4):
        super().__init__()
        self.hidden = hidden
        self.lstm = nn.LSTM(input_size=1, hidden_size=hidden)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, x):
        batch = x.size(0)
        out, _ = self.lstm(x.transpose(0, 1))
        out = out.transpose(0, 1)
        return self.fc(out.mean(dim=1))


rng = np.random.default_rng(SEED)
x_train, y_train = make_dataset(960, rng)
x_val, y_val = make_dataset(400, rng)

model = WaveRNN()
optimizer = optim.Adam(model.parameters(), lr=8e-3)
criterion = nn.CrossEntropyLoss()

for epoch in range(12):
    model.train()
    losses = []
    for idx in torch.randperm(len(x_train)).split(48):
        optimizer.zero_grad()
        loss = criterion(model(x_train[idx]), y_train[idx])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    print(f"[{epoch + 1:2d}/12] loss={np.mean(losses):.4f}")

model.eval()
with torch.no_grad():
    val_acc = (model(x_val).argmax(1) == y_val).float().mean().item()
print("METRIC val_accuracy", val_acc)
