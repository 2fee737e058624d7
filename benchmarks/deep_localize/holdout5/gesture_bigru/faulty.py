"""Gesture recognition from accelerometer traces with a bidirectional GRU."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


def make_traces(n, rng, length=30):
    labels = rng.integers(0, 4, n)
    t = np.linspace(0, 1, length)
    traces = np.zeros((n, length, 2))
    for i, c in enumerate(labels):
        phase = rng.uniform(0, 0.6)
        freq = 1 + c % 2
        direction = 1 if c < 2 else -1
        traces[i, :, 0] = np.sin(2 * np.pi * freq * t + phase)
        traces[i, :, 1] = direction * np.cos(2 * np.pi * freq * t + phase)
    traces += rng.normal(0, 0.4, traces.shape)
    return torch.tensor(traces, dtype=torch.float32), torch.tensor(labels)


class GestureNet(nn.Module):
    def __init__(self, n_in=2, hidden=24, n_classes=4):
        super().__init__()
        self.hidden = hidden
        self.gru = nn.GRU(n_in, hidden, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, n_classes)

    def forward(self, x):
        batch = x.size(0)
        _, h_n = self.gru(x)
        h_n = h_n.view(batch, 2 * self.hidden)
        return self.fc(h_n)


def main():
    seed = int(os.environ.get("SEED", "0"))
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    train_loader = DataLoader(TensorDataset(*make_traces(1500, rng)), batch_size=50, shuffle=True)
    x_test, y_test = make_traces(400, rng)
    model = GestureNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    for epoch in range(4):
        total = 0
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"Epoch {epoch + 1}: {total / len(train_loader):.4f}")
    model.eval()
    with torch.no_grad():
        accuracy = (model(x_test).argmax(1) == y_test).float().mean().item()
    print(f"METRIC accuracy {accuracy:.4f}")


if __name__ == "__main__":
    main()
