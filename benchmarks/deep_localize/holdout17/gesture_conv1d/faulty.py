"""Classify six-channel motion recordings with 1-D convolutions."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)

STEPS, SENSORS, CLASSES = 50, 6, 8


def record(count):
    """Recordings of shape (count, time, sensor); each gesture drives the sensors at its own frequencies."""
    frequencies = np.random.default_rng(7).uniform(1.0, 9.0, (CLASSES, SENSORS))
    labels = rng.integers(0, CLASSES, count)
    time = np.linspace(0, 1, STEPS)[None, :, None]
    phase = rng.uniform(0, 2 * np.pi, (count, 1, SENSORS))
    signal = np.sin(2 * np.pi * frequencies[labels][:, None, :] * time + phase)
    return (signal + rng.normal(0, 1.1, signal.shape)).astype("float32"), labels


class GestureNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv1d(SENSORS, 24, 7, padding=3),
            nn.BatchNorm1d(24),
            nn.ReLU(),
            nn.MaxPool1d(2),
            nn.Conv1d(24, 32, 5, padding=2),
            nn.BatchNorm1d(32),
            nn.ReLU(),
        )
        self.fc = nn.Linear(32, CLASSES)

    def forward(self, x):
        # (batch, time, sensor) -> (batch, sensor, time)
        x = x.view(x.size(0), SENSORS, STEPS)
        return self.fc(self.conv(x).mean(dim=2))


def run_epoch(model, loader, criterion, optimizer=None):
    model.train(optimizer is not None)
    correct, total, loss_sum = 0, 0, 0.0
    with torch.set_grad_enabled(optimizer is not None):
        for x, y in loader:
            logits = model(x)
            loss = criterion(logits, y)
            if optimizer is not None:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            correct += (logits.argmax(1) == y).sum().item()
            loss_sum += loss.item() * len(y)
            total += len(y)
    return loss_sum / total, correct / total


def loader_for(count, shuffle):
    x, y = record(count)
    return DataLoader(TensorDataset(torch.from_numpy(x), torch.from_numpy(y)), batch_size=40, shuffle=shuffle)


train_loader, test_loader = loader_for(1000, True), loader_for(400, False)
model = GestureNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(12):
    train_loss, train_accuracy = run_epoch(model, train_loader, criterion, optimizer)
    test_loss, test_accuracy = run_epoch(model, test_loader, criterion)
    print(f"{epoch}: train {train_loss:.3f}/{train_accuracy:.3f} test {test_loss:.3f}/{test_accuracy:.3f}")

print(f"METRIC accuracy {test_accuracy:.4f}")
