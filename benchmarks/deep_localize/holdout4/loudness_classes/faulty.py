import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


class Vibrations(Dataset):
    """Bearings: the worse the damage, the stronger the vibration."""

    def __init__(self, n):
        self.level = np.random.randint(0, 4, n)
        t = np.linspace(0, 1, 48)
        freq = np.random.uniform(3, 9, (n, 1))
        phase = np.random.uniform(0, 6.28, (n, 1))
        strength = (0.5 + self.level[:, None]) * np.random.uniform(0.85, 1.15, (n, 1))
        self.signal = (strength * (np.sin(6.28 * freq * t + phase) + 0.2 * np.random.randn(n, 48))).astype("float32")
        self.mean, self.std = self.signal.mean(axis=1, keepdims=True), self.signal.std(axis=1, keepdims=True)
        self.signal = (self.signal - self.mean) / self.std

    def __len__(self):
        return len(self.level)

    def __getitem__(self, i):
        return self.signal[i][None], self.level[i]


net = nn.Sequential(
    nn.Conv1d(1, 16, 7, padding=3),
    nn.ReLU(),
    nn.MaxPool1d(4),
    nn.Conv1d(16, 32, 5, padding=2),
    nn.ReLU(),
    nn.AdaptiveMaxPool1d(1),
    nn.Flatten(),
    nn.Linear(32, 4),
)
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
loss_fn = nn.CrossEntropyLoss()
train_loader = DataLoader(Vibrations(1200), batch_size=30, shuffle=True)
test_loader = DataLoader(Vibrations(400), batch_size=400)
for epoch in range(5):
    for signal, level in train_loader:
        opt.zero_grad()
        loss = loss_fn(net(signal), level)
        loss.backward()
        opt.step()
    print(f"epoch {epoch}, loss {loss.item():.3f}")
net.eval()
signal, level = next(iter(test_loader))
with torch.no_grad():
    print("METRIC accuracy", (net(signal).argmax(1) == level).float().mean().item())
