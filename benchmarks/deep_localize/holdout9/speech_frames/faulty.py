"""Labels every frame of a spectrogram with its phone: a convolutional front end, then a GRU over time."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

PHONES, BANDS, FRAMES = 6, 16, 36
formants = np.array([[1, 6], [3, 12], [5, 9], [2, 14], [8, 13], [4, 10]])


def utterance():
    spec = np.random.normal(0.0, 0.7, (BANDS, FRAMES))
    labels = np.zeros(FRAMES, dtype=np.int64)
    t = 0
    while t < FRAMES:
        phone, length = random.randrange(PHONES), random.randint(3, 7)
        labels[t : t + length] = phone
        for band in formants[phone]:
            spec[band, t : t + length] += 2.0
        t += length
    return spec, labels


def corpus(n):
    specs, labels = zip(*(utterance() for _ in range(n)))
    return torch.tensor(np.stack(specs), dtype=torch.float32).unsqueeze(1), torch.tensor(np.stack(labels))


class FrameTagger(nn.Module):
    def __init__(self, channels=8, hidden=48):
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)
        self.norm = nn.BatchNorm2d(channels)
        self.rnn = nn.GRU(channels * BANDS, hidden, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * hidden, PHONES)

    def forward(self, spec):
        h = F.relu(self.conv1(spec))
        h = F.relu(self.norm(self.conv2(h)))
        batch, channels, bands, frames = h.shape
        h = h.view(batch, frames, channels * bands)
        h, _ = self.rnn(h)
        return self.out(h)


train_x, train_y = corpus(240)
dev_x, dev_y = corpus(80)
net = FrameTagger()
opt = torch.optim.Adam(net.parameters(), lr=4e-3)

for epoch in range(9):
    net.train()
    losses = []
    for idx in torch.randperm(len(train_x)).split(24):
        logits = net(train_x[idx])
        loss = F.cross_entropy(logits.flatten(0, 1), train_y[idx].flatten())
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    net.eval()
    with torch.no_grad():
        frame_accuracy = (net(dev_x).argmax(-1) == dev_y).float().mean().item()
    print(f"[{epoch}] loss={np.mean(losses):.3f} dev frame accuracy={frame_accuracy:.3f}")

print("METRIC frame_accuracy", frame_accuracy)
