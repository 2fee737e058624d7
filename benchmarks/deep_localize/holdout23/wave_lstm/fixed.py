"""Classify noisy oscillations by their frequency band with an LSTM."""

import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

SEQ_LEN = 24
N_CLASSES = 4
BATCH_SIZE = 50
N_EPOCHS = 10


def generate(n):
    labels = np.random.randint(0, N_CLASSES, n)
    freq = 0.04 + 0.09 * labels + np.random.uniform(-0.015, 0.015, n)
    phase = np.random.uniform(0, 2 * np.pi, n)
    t = np.arange(SEQ_LEN)
    signal = np.sin(2 * np.pi * freq[:, None] * t + phase[:, None])
    signal += 0.1 * np.random.randn(n, SEQ_LEN)
    # (batch, time, features)
    return torch.tensor(signal[:, :, None], dtype=torch.float32), torch.tensor(labels)


class WaveClassifier(nn.Module):
    def __init__(self, input_size=1, hidden_size=32, num_classes=N_CLASSES):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h, c) = self.lstm(x)
        return self.fc(out[:, -1, :])


x_train, y_train = generate(1500)
x_test, y_test = generate(500)

net = WaveClassifier()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)

for epoch in range(N_EPOCHS):
    net.train()
    perm = torch.randperm(x_train.size(0))
    epoch_loss, hits = 0.0, 0
    for i in range(0, x_train.size(0), BATCH_SIZE):
        idx = perm[i : i + BATCH_SIZE]
        logits = net(x_train[idx])
        loss = criterion(logits, y_train[idx])

        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()

        epoch_loss += loss.item() * len(idx)
        hits += (logits.argmax(1) == y_train[idx]).sum().item()
    print(f"[{epoch + 1}/{N_EPOCHS}] loss={epoch_loss / 1500:.4f} acc={hits / 1500:.3f}")

net.eval()
with torch.no_grad():
    scores = [net(chunk).argmax(1) for chunk in x_test.split(BATCH_SIZE)]
    acc = (torch.cat(scores) == y_test).float().mean().item()
print("METRIC test_acc", round(acc, 4))
