"""Digits with a small batch-norm convnet and the one-cycle schedule (stepped per batch)."""

import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

EPOCHS, BATCH = 7, 50


def conv_block(n_in, n_out):
    return nn.Sequential(nn.Conv2d(n_in, n_out, 3, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU(inplace=True))


class SmallResNet(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.stem = conv_block(1, width)
        self.block = nn.Sequential(conv_block(width, width), conv_block(width, width))
        self.down = nn.Sequential(conv_block(width, 2 * width), nn.MaxPool2d(2))
        self.pool = nn.AdaptiveAvgPool2d(2)
        self.fc = nn.Linear(8 * width, 10)

    def forward(self, x):
        x = self.stem(x)
        x = x + self.block(x)
        return self.fc(self.pool(self.down(x)).flatten(1))


bunch = load_digits()
x = torch.tensor(bunch.images, dtype=torch.float32)[:, None] / 16.0 - 0.5
y = torch.tensor(bunch.target)
perm = torch.randperm(len(x))
train_idx, test_idx = perm[:1300], perm[1300:]
loader = DataLoader(TensorDataset(x[train_idx], y[train_idx]), batch_size=BATCH, shuffle=True, drop_last=True)

model = SmallResNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, epochs=EPOCHS, steps_per_epoch=len(loader))

for epoch in range(EPOCHS):
    model.train()
    seen, hits = 0, 0
    for images, targets in loader:
        optimizer.zero_grad()
        logits = model(images)
        loss = criterion(logits, targets)
        loss.backward()
        optimizer.step()
        scheduler.step()
        hits += (logits.argmax(1) == targets).sum().item()
        seen += len(targets)
    model.eval()
    with torch.no_grad():
        accuracy = (model(x[test_idx]).argmax(1) == y[test_idx]).float().mean().item()
    print(f"epoch {epoch} train acc {hits / seen:.3f} test acc {accuracy:.3f}")

print(f"METRIC accuracy {accuracy:.4f}")
