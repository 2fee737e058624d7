"""Tell rising, falling and steady tones apart from raw waveforms with a one-cycle schedule."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def tones(count, length=256):
    t = np.linspace(0, 1, length)
    kind = np.random.randint(0, 3, count)
    start = np.random.uniform(15, 40, (count, 1))
    slope = np.choose(kind, [25.0, -10.0, 0.0])[:, None]
    phase = np.random.uniform(0, 2 * np.pi, (count, 1))
    wave = np.sin(2 * np.pi * (start * t + 0.5 * slope * t**2) + phase)
    wave += 0.2 * np.random.randn(count, length)
    return TensorDataset(torch.tensor(wave[:, None], dtype=torch.float32), torch.tensor(kind))


class ToneNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(1, 16, 9, stride=2, padding=4),
            nn.BatchNorm1d(16),
            nn.ReLU(),
            nn.Conv1d(16, 24, 7, stride=2, padding=3),
            nn.BatchNorm1d(24),
            nn.ReLU(),
            nn.Conv1d(24, 24, 5, stride=2, padding=2),
            nn.BatchNorm1d(24),
            nn.ReLU(),
            nn.AdaptiveAvgPool1d(4),
        )
        self.head = nn.Linear(96, 3)

    def forward(self, x):
        return self.head(self.body(x).flatten(1))


class Trainer:
    def __init__(self, model, loader, epochs):
        self.model, self.loader, self.epochs = model, loader, epochs
        decay, no_decay = [], []
        for parameter in model.parameters():
            (decay if parameter.dim() > 1 else no_decay).append(parameter)
        self.optimizer = torch.optim.AdamW(
            [{"params": decay, "weight_decay": 0.02}, {"params": no_decay, "weight_decay": 0.0}], lr=1e-3
        )
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, max_lr=1e-2, total_steps=epochs * len(loader)
        )

    def training_step(self, batch):
        wave, kind = batch
        return F.cross_entropy(self.model(wave), kind, label_smoothing=0.05)

    def fit(self):
        for epoch in range(self.epochs):
            self.model.train()
            seen = []
            for batch in self.loader:
                loss = self.training_step(batch)
                self.optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
                self.optimizer.step()
                self.schedule.step()
                seen.append(loss.item())
            print(f"epoch {epoch}: loss {np.mean(seen):.4f} lr {self.schedule.get_last_lr()[0]:.5f}")

    @torch.no_grad()
    def test(self, dataset):
        self.model.eval()
        wave, kind = dataset.tensors
        return (self.model(wave).argmax(1) == kind).float().mean().item()


if __name__ == "__main__":
    trainer = Trainer(ToneNet(), DataLoader(tones(800), batch_size=32, shuffle=True), epochs=6)
    trainer.fit()
    print("METRIC test_accuracy", trainer.test(tones(300)))
