"""Classifies short waveforms by a 1-d convolution in bfloat16, with a hand-made loss scaler."""

import math
import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def waves(n, length=48):
    """Sine, square, saw and chirp of random frequency and phase."""
    t = torch.linspace(0, 1, length)
    kind = torch.randint(0, 4, (n,))
    phase = 2 * math.pi * ((2 + 2 * torch.rand(n, 1)) * t + torch.rand(n, 1))
    sine = torch.sin(phase)
    saw = 2 * torch.remainder(phase / (2 * math.pi), 1) - 1
    chirp = torch.sin(phase * (1 + 1.5 * t))
    stacked = torch.stack([sine, sine.sign(), saw, chirp], 1)
    x = stacked[torch.arange(n), kind] + 0.15 * torch.randn(n, length)
    return x.unsqueeze(1), kind


class LossScaler:
    """Keeps small gradients from vanishing in half precision: scales the loss up and the gradients back down."""

    def __init__(self, scale=2.0**16):
        self.scale = scale

    def backward(self, loss):
        (loss * self.scale).backward()

    def unscale_(self, optimizer):
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad.div_(self.scale)


class WaveNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(1, 16, 7, padding=3)
        self.conv2 = nn.Conv1d(16, 24, 5, stride=2, padding=2)
        self.conv3 = nn.Conv1d(24, 24, 5, stride=2, padding=2)
        self.fc = nn.Linear(24, 4)

    def forward(self, x):
        x = torch.relu(self.conv1(x))
        x = torch.relu(self.conv2(x))
        x = torch.relu(self.conv3(x))
        return self.fc(x.amax(-1))


train, test = waves(1200), waves(300)
loader = DataLoader(TensorDataset(*train), batch_size=40, shuffle=True)
model = WaveNet()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
scaler = LossScaler()

for epoch in range(10):
    model.train()
    for x, y in loader:
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = nn.functional.cross_entropy(model(x), y)
        scaler.backward(loss)
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    print(f"epoch {epoch}: {loss.item():.4f}")

model.eval()
with torch.no_grad():
    accuracy = (model(test[0]).argmax(1) == test[1]).float().mean().item()
print("METRIC accuracy", accuracy)
