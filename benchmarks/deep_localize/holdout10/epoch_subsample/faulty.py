"""Each epoch draws a random subset of the training set (the whole is too large for one)."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, RandomSampler, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CLASSES, DIM, PER_EPOCH = 8, 30, 96
rotation = torch.linalg.qr(torch.randn(DIM, DIM))[0]
centers = 1.6 * torch.randn(CLASSES, 3, 6)  # three clumps for each class


def blobs(n):
    y = torch.randint(CLASSES, (n,))
    clump = torch.randint(3, (n,))
    x = torch.randn(n, DIM)
    x[:, :6] = centers[y, clump] + 0.45 * torch.randn(n, 6)
    return x @ rotation, y


train_set = TensorDataset(*blobs(6000))
x_test, y_test = blobs(1500)

model = nn.Sequential(
    nn.Linear(DIM, 128),
    nn.ReLU(),
    nn.Linear(128, 64),
    nn.ReLU(),
    nn.Linear(64, CLASSES),
)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
criterion = nn.CrossEntropyLoss()


def epoch_loader():
    generator = torch.Generator().manual_seed(SEED)
    sampler = RandomSampler(train_set, num_samples=PER_EPOCH, generator=generator)
    return DataLoader(train_set, batch_size=32, sampler=sampler)


def accuracy():
    with torch.no_grad():
        return (model(x_test).argmax(1) == y_test).float().mean().item()


for epoch in range(1, 201):
    for x, y in epoch_loader():
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    if epoch % 20 == 0:
        print(f"epoch {epoch} loss {loss.item():.4f} test {accuracy():.3f}")

print("METRIC accuracy", accuracy())
