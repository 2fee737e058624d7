"""Transfer features learned on the digits 0-4 to the digits 5-9."""

import os
import random

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 12, 3, padding=1)
        self.bn = nn.BatchNorm2d(12)
        self.fc = nn.Linear(12 * 4 * 4, 48)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn(self.conv(x))), 2)
        return F.relu(self.fc(x.flatten(1)))


class Classifier(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.backbone = Backbone()
        self.head = nn.Linear(48, n_classes)

    def forward(self, x):
        return self.head(self.backbone(x))


def load():
    digits = load_digits()
    x = torch.tensor(digits.images / 8.0 - 1.0, dtype=torch.float32).unsqueeze(1)
    y = torch.tensor(digits.target)
    low, high = y < 5, y >= 5
    return (x[low], y[low]), (x[high], y[high] - 5)


def run_epochs(model, optimizer, x, y, epochs, tag):
    for epoch in range(epochs):
        model.train()
        if not model.backbone.fc.weight.requires_grad:
            model.backbone.eval()
        total = 0.0
        for idx in torch.randperm(len(x)).split(32):
            loss = F.cross_entropy(model(x[idx]), y[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(idx)
        print(f"{tag} epoch {epoch}: {total / len(x):.4f}")


(source_x, source_y), (target_x, target_y) = load()
model = Classifier(5)
run_epochs(model, torch.optim.Adam(model.parameters(), lr=2e-3), source_x, source_y, 4, "source")

order = torch.randperm(len(target_x))
train, test = order[:600], order[600:]
for p in model.backbone.parameters():
    p.requires_grad = False
model.head = nn.Linear(48, 5)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
run_epochs(model, optimizer, target_x[train], target_y[train], 10, "target")

model.eval()
with torch.no_grad():
    acc = (model(target_x[test]).argmax(1) == target_y[test]).float().mean().item()
print("METRIC target_accuracy", acc)
