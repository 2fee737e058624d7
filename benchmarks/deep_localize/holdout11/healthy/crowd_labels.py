"""Learns from crowd labels of which more than a third are random; the test labels are clean."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
CLASSES, DIM = 5, 16


class Annotated:
    def __init__(self, n, centres, noise):
        self.truth = torch.randint(CLASSES, (n,))
        self.x = centres[self.truth] + torch.randn(n, DIM)
        careless = torch.rand(n) < noise
        self.y = torch.where(careless, torch.randint(CLASSES, (n,)), self.truth)

    def batches(self, size):
        for idx in torch.randperm(len(self.x)).split(size):
            yield self.x[idx], self.y[idx]


centres = 0.9 * torch.randn(CLASSES, DIM)
train = Annotated(3000, centres, noise=0.4)
test = Annotated(1000, centres, noise=0.0)
print(f"share of wrong labels in training: {(train.y != train.truth).float().mean():.2f}")

model = nn.Sequential(nn.Linear(DIM, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, CLASSES))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-3, nesterov=True)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 8)
for epoch in range(8):
    model.train()
    total, steps = 0.0, 0
    for x, y in train.batches(50):
        loss = F.cross_entropy(model(x), y, label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, steps = total + loss.item(), steps + 1
    schedule.step()
    print(f"epoch {epoch + 1}: loss {total / steps:.3f}")
model.eval()
with torch.no_grad():
    print("METRIC clean_accuracy", round((model(test.x).argmax(1) == test.y).float().mean().item(), 4))
