"""Upscale 4x4 thumbnails of digits to 8x8 with a small sub-pixel network."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset, random_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

EPOCHS = 12
BATCH = 64


class Upscaler(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.head = nn.Conv2d(1, width, 3, padding=1)
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1),
            nn.PReLU(),
            nn.Conv2d(width, width, 3, padding=1),
        )
        self.tail = nn.Conv2d(width, 4, 3, padding=1)
        self.shuffle = nn.PixelShuffle(2)

    def forward(self, x):
        h = F.relu(self.head(x))
        h = h + self.body(h)
        return self.shuffle(self.tail(h))


def evaluate(net, loader):
    net.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for low, high in loader:
            total += F.mse_loss(net(low), high, reduction="sum").item()
            count += high.numel()
    return total / count


high = torch.tensor(load_digits().images, dtype=torch.float32).unsqueeze(1) / 16.0
low = F.avg_pool2d(high, 2)
train_set, test_set = random_split(
    TensorDataset(low, high), [1400, len(high) - 1400], generator=torch.Generator().manual_seed(SEED)
)
train_loader = DataLoader(train_set, batch_size=BATCH, shuffle=True)
test_loader = DataLoader(test_set, batch_size=256)

net = Upscaler()
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=EPOCHS // 2, gamma=0.1)

for epoch in range(EPOCHS):
    net.train()
    running = 0.0
    for low_batch, high_batch in train_loader:
        optimizer.zero_grad()
        loss = F.mse_loss(net(low_batch), high_batch)
        loss.backward()
        optimizer.step()
        running += loss.item()
        scheduler.step()
    print(f"epoch {epoch + 1:2d}  train {running / len(train_loader):.4f}  test {evaluate(net, test_loader):.4f}")

print(f"METRIC mse {evaluate(net, test_loader):.5f}")
