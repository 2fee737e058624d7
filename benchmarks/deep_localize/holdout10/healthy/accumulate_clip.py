"""Micro-batches of 8, gradients of 8 of them added up, clipped to a norm of 0.05, Adam."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

ACCUMULATE, MICRO = 8, 8
basis = torch.randn(6, 20, 32)


def signals(n):
    y = torch.randint(6, (n,))
    gain = 0.5 + torch.rand(n, 1, 1)
    return gain * basis[y] * 0.4 + torch.randn(n, 20, 32), y


x_train, y_train = signals(3200)
x_test, y_test = signals(800)


class SignalNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(20, 24, 5, padding=2, stride=2)
        self.norm = nn.GroupNorm(4, 24)
        self.fc = nn.Linear(24 * 16, 6)

    def forward(self, x):
        return self.fc(torch.relu(self.norm(self.conv(x))).flatten(1))


model = SignalNet()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=MICRO, shuffle=True)


def accuracy():
    model.eval()
    with torch.no_grad():
        return (model(x_test).argmax(1) == y_test).float().mean().item()


for epoch in range(4):
    model.train()
    optimizer.zero_grad()
    for i, (x, y) in enumerate(loader, 1):
        loss = nn.functional.cross_entropy(model(x), y) / ACCUMULATE
        loss.backward()
        if i % ACCUMULATE == 0:
            nn.utils.clip_grad_norm_(model.parameters(), 0.05)
            optimizer.step()
            optimizer.zero_grad()
    print(f"epoch {epoch} loss {loss.item() * ACCUMULATE:.4f} accuracy {accuracy():.3f}")

print("METRIC accuracy", accuracy())
