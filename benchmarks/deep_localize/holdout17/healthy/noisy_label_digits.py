"""Digits with 35 percent of the training labels replaced at random; strong dropout and label smoothing."""

import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

NOISE = 0.35

data = load_digits()
order = np.random.permutation(len(data.target))
images = torch.tensor(data.data[order] / 16.0, dtype=torch.float32)
labels = torch.tensor(data.target[order])
mean, std = images[:1300].mean(), images[:1300].std()
images = (images - mean) / std

noisy = labels[:1300].clone()
flip = torch.rand(1300) < NOISE
noisy[flip] = torch.randint(10, (int(flip.sum()),))
print(f"share of altered labels: {(noisy != labels[:1300]).float().mean():.2f}")

loader = DataLoader(TensorDataset(images[:1300], noisy), batch_size=64, shuffle=True)

model = nn.Sequential(
    nn.Linear(64, 256),
    nn.ReLU(),
    nn.Dropout(0.6),
    nn.Linear(256, 128),
    nn.ReLU(),
    nn.Dropout(0.6),
    nn.Linear(128, 10),
)
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=15)

for epoch in range(15):
    model.train()
    total = 0.0
    for x, y in loader:
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    scheduler.step()
    model.eval()
    with torch.no_grad():
        accuracy = (model(images[1300:]).argmax(1) == labels[1300:]).float().mean().item()
    print(f"epoch {epoch + 1:2d} train loss {total / len(loader):.3f} clean test accuracy {accuracy:.3f}")

print(f"METRIC clean_accuracy {accuracy:.4f}")
