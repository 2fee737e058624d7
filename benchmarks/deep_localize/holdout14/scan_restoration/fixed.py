"""Autoencoder that restores scanned digits with missing pixels."""

import os

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

images = torch.tensor(load_digits().data, dtype=torch.float32) / 16
train, test = train_test_split(images, test_size=0.25, random_state=SEED)


def corrupt(x, rate=0.35):
    dropped = torch.rand_like(x) < rate
    damaged = x.clone()
    damaged[dropped] = 0.0
    return damaged, dropped


class Restorer(nn.Module):
    def __init__(self, code=32):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, code), nn.ReLU())
        self.decoder = nn.Sequential(nn.Linear(code, 128), nn.ReLU(), nn.Linear(128, 64), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))


def train_epoch(model, optimizer, data, batch_size=64):
    model.train()
    total = 0.0
    for index in torch.randperm(len(data)).split(batch_size):
        clean = data[index]
        damaged, _ = corrupt(clean)
        restored = model(damaged)
        loss = nn.functional.mse_loss(restored, clean)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(index)
    return total / len(data)


@torch.no_grad()
def fill_error(model, data):
    """Mean squared error at the missing pixels only."""
    model.eval()
    damaged, dropped = corrupt(data.clone())
    return ((model(damaged) - data)[dropped] ** 2).mean().item()


model = Restorer()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(25):
    loss = train_epoch(model, optimizer, train)
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} loss {loss:.4f} fill error {fill_error(model, test):.4f}")

print(f"METRIC fill_error {fill_error(model, test):.5f}")
