"""Denoising autoencoder for sampled cyclic signals with a random start."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

B, K = 5, 8


class CyclicSignals(Dataset):
    """B intervals of a period with K samples each; returns the noisy and the clean signal."""

    def __init__(self, size, noise=0.3):
        t = np.arange(B * K) * 2 * np.pi / K
        start = np.random.uniform(0, 2 * np.pi, (size, 1))
        speed = np.random.choice([0.5, 1.0], (size, 1))
        clean = np.cos(speed * t[None] + start)
        noisy = clean + noise * np.random.randn(*clean.shape)
        self.clean = torch.tensor(clean, dtype=torch.float)
        self.noisy = torch.tensor(noisy, dtype=torch.float)

    def __len__(self):
        return len(self.clean)

    def __getitem__(self, i):
        return self.noisy[i], self.clean[i]


class Autoencoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        encoder, decoder = [], []
        for a, b in zip(sizes[:-1], sizes[1:]):
            encoder += [nn.Linear(a, b), nn.ReLU()]
        back = sizes[::-1]
        for a, b in zip(back[:-1], back[1:]):
            decoder += [nn.Linear(a, b), nn.ReLU()]
        self.encoder = nn.Sequential(*encoder)
        self.decoder = nn.Sequential(*decoder[:-1])

    def forward(self, x):
        return self.decoder(self.encoder(x))


train_loader = DataLoader(CyclicSignals(800), batch_size=50, shuffle=True)
val_loader = DataLoader(CyclicSignals(300), batch_size=100)
model = Autoencoder([B * K, 32, 16])
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)


def validate():
    model.eval()
    with torch.no_grad():
        return sum(criterion(model(n), c).item() for n, c in val_loader) / len(val_loader)


for epoch in range(20):
    model.train()
    for noisy, clean in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(noisy), clean)
        loss.backward()
        optimizer.step()
    if epoch % 5 == 4:
        print(epoch + 1, round(validate(), 4))

print("METRIC val_mse", round(validate(), 5))
