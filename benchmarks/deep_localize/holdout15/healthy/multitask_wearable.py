"""Wearable data: activity (4 classes) and heart rate at once, one trunk and two heads."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CHANNELS = 15
signature = torch.randn(4, CHANNELS)
effort = torch.tensor([-1.0, 0.0, 0.8, 1.6])
drift = torch.randn(CHANNELS) / CHANNELS**0.5


def record(n):
    activity = torch.randint(0, 4, (n,))
    fitness = torch.randn(n)
    x = signature[activity] + fitness[:, None] * drift * 2 + 0.5 * torch.randn(n, CHANNELS)
    heart_rate = 95 + 25 * effort[activity] - 8 * fitness + 2 * torch.randn(n)
    return x, activity, heart_rate


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(CHANNELS, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU())
        self.activity = nn.Linear(32, 4)
        self.rate = nn.Linear(32, 1)

    def forward(self, x):
        h = self.trunk(x)
        return self.activity(h), self.rate(h).squeeze(1)


x, activity, heart_rate = record(2000)
x_test, activity_test, heart_test = record(600)
center, scale = heart_rate.mean(), heart_rate.std()
model = TwoHeads()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(10):
    model.train()
    sums = torch.zeros(2)
    for idx in torch.randperm(len(x)).split(50):
        logits, rate = model(x[idx])
        class_loss = F.cross_entropy(logits, activity[idx])
        rate_loss = F.mse_loss(rate, (heart_rate[idx] - center) / scale)
        optimizer.zero_grad()
        (class_loss + rate_loss).backward()
        optimizer.step()
        sums += torch.tensor([class_loss.item(), rate_loss.item()])
    print(f"epoch {epoch} activity {sums[0] / 40:.3f} rate {sums[1] / 40:.3f}")
model.eval()
with torch.no_grad():
    logits, rate = model(x_test)
    accuracy = (logits.argmax(1) == activity_test).float().mean().item()
    error = (rate * scale + center - heart_test).abs().mean().item()
print(f"activity accuracy {accuracy:.3f}")
print("METRIC heart_rate_error", round(error, 3))
