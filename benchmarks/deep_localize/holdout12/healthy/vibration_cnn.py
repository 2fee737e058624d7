"""Machine state from vibration signals: 1-D convolutional network with early stopping."""

import copy
import math
import os
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


@dataclass
class Config:
    batch_size: int = 40
    epochs: int = 12
    lr: float = 3e-3
    patience: int = 4


def signals(n):
    """Healthy, unbalanced, worn bearing (bursts), loose (harmonics)."""
    t = torch.linspace(0, 1, 96)
    y = torch.randint(0, 4, (n,))
    freq, phase = 6 + 3 * torch.rand(n, 1), 2 * math.pi * torch.rand(n, 1)
    base = torch.sin(2 * math.pi * freq * t + phase)
    x = 0.4 * base + 0.3 * torch.randn(n, 96)
    x[y == 1] += 0.9 * base[y == 1]
    bursts = (torch.rand(n, 96) < 0.06).float() * 2.5 * torch.randn(n, 96).sign()
    x[y == 2] += bursts[y == 2]
    harmonic = torch.sin(4 * math.pi * freq * t + 2 * phase)
    x[y == 3] += 0.9 * harmonic[y == 3]
    return x.unsqueeze(1), y


class VibrationNet(nn.Module):
    def __init__(self, classes=4):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv1d(1, 12, 7, stride=2, padding=3),
            nn.BatchNorm1d(12),
            nn.ReLU(),
            nn.Conv1d(12, 24, 5, stride=2, padding=2),
            nn.BatchNorm1d(24),
            nn.ReLU(),
            nn.AdaptiveAvgPool1d(4),
        )
        self.classifier = nn.Sequential(nn.Flatten(), nn.Dropout(0.2), nn.Linear(24 * 4, classes))

    def forward(self, x):
        return self.classifier(self.features(x))


@torch.no_grad()
def evaluate(model, x, y):
    model.eval()
    logits = model(x)
    return nn.functional.cross_entropy(logits, y).item(), (logits.argmax(1) == y).float().mean().item()


def main():
    cfg = Config()
    loader = DataLoader(TensorDataset(*signals(600)), batch_size=cfg.batch_size, shuffle=True)
    val, test = signals(200), signals(300)
    model = VibrationNet()
    optimizer = torch.optim.AdamW(model.parameters(), lr=cfg.lr, weight_decay=1e-2)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
    best, best_state, waited = float("inf"), None, 0
    for epoch in range(cfg.epochs):
        model.train()
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
        val_loss, val_acc = evaluate(model, *val)
        print(f"epoch {epoch} loss {loss.item():.3f} val {val_loss:.3f} acc {val_acc:.3f}")
        if val_loss < best:
            best, best_state, waited = val_loss, copy.deepcopy(model.state_dict()), 0
        else:
            waited += 1
            if waited >= cfg.patience:
                break
    model.load_state_dict(best_state)
    print(f"METRIC test_accuracy {evaluate(model, *test)[1]:.4f}")


if __name__ == "__main__":
    main()
