"""Where in a signal do rare events lie? A dense detector with the prior of one event in fifty in its last bias."""

import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

LENGTH, PRIOR = 64, 0.02


def recordings(n):
    x = 0.5 * torch.randn(n, 1, LENGTH)
    y = torch.zeros(n, LENGTH)
    shape = torch.tensor([0.5, 1.5, 2.0, -1.5, -0.8])
    for i in range(n):
        for place in torch.randperm(LENGTH - 8)[: torch.randint(0, 3, (1,)).item()].tolist():
            x[i, 0, place : place + 5] += shape
            y[i, place + 2] = 1
    return x, y


class EventNet(nn.Module):
    def __init__(self, channels=16):
        super().__init__()
        self.stem = nn.Conv1d(1, channels, 5, padding=2)
        self.tower = nn.Sequential(
            nn.Conv1d(channels, channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv1d(channels, channels, 3, padding=1),
            nn.ReLU(),
        )
        self.score = nn.Conv1d(channels, 1, 1)
        self.init_weights()

    def init_weights(self):
        bias = -math.log((1 - PRIOR) / PRIOR)
        for m in self.modules():
            if isinstance(m, nn.Conv1d):
                nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
                nn.init.constant_(m.bias, bias)

    def forward(self, x):
        return self.score(self.tower(F.relu(self.stem(x)))).squeeze(1)


def focal(logits, target, alpha=0.5, gamma=2.0):
    ce = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    weight = alpha * target + (1 - alpha) * (1 - target)
    return (weight * (1 - torch.exp(-ce)) ** gamma * ce).sum() / target.sum().clamp(min=1)


def average_precision(score, label):
    label = label[score.argsort(descending=True)]
    precision = label.cumsum(0) / torch.arange(1, len(label) + 1)
    return ((precision * label).sum() / label.sum()).item()


x, y = recordings(1000)
x_test, y_test = recordings(250)
model = EventNet()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(8):
    model.train()
    for idx in torch.randperm(len(x)).split(25):
        loss = focal(model(x[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: loss {loss.item():.4f}")
model.eval()
with torch.no_grad():
    print("METRIC average_precision", average_precision(model(x_test).flatten(), y_test.flatten()))
