"""Variational autoencoder on 12x12 pictures of a bright spot."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
SIZE = 12


def spots(n):
    centre = torch.rand(n, 2, 1, 1) * 8 + 1.5
    width = torch.rand(n, 1, 1) * 1.0 + 1.2
    grid = torch.arange(SIZE, dtype=torch.float32)
    d2 = (grid.view(1, -1, 1) - centre[:, 0]) ** 2 + (grid.view(1, 1, -1) - centre[:, 1]) ** 2
    return torch.exp(-d2 / (2 * width**2)).flatten(1)


class VAE(nn.Module):
    def __init__(self, hidden=96, latent=4):
        super().__init__()
        self.enc = nn.Linear(SIZE * SIZE, hidden)
        self.mu = nn.Linear(hidden, latent)
        self.logvar = nn.Linear(hidden, latent)
        self.dec1 = nn.Linear(latent, hidden)
        self.dec2 = nn.Linear(hidden, SIZE * SIZE)

    def encode(self, x):
        h = F.relu(self.enc(x))
        return self.mu(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        return torch.sigmoid(self.dec2(F.relu(self.dec1(z))))

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld


def main():
    train_x, test_x = spots(1600), spots(300)
    model = VAE()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    loader = torch.utils.data.DataLoader(train_x, batch_size=64, shuffle=True)
    for epoch in range(1, 26):
        model.train()
        train_loss = 0.0
        for batch in loader:
            optimizer.zero_grad()
            recon, mu, logvar = model(batch)
            loss = loss_function(recon, batch, mu, logvar)
            loss.backward()
            optimizer.step()
            train_loss += loss.item()
        if epoch % 5 == 0:
            print(f"====> Epoch {epoch} average loss {train_loss / len(train_x):.4f}")
    model.eval()
    with torch.no_grad():
        mu, _ = model.encode(test_x)
        error = F.mse_loss(model.decode(mu), test_x).item()
    print(f"METRIC reconstruction_mse {error:.5f}")


main()
