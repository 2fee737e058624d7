"""A variational autoencoder of small pictures with one bright source each."""

import os
import random

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

SIDE = 16
LATENT = 6


def sources(count):
    grid = torch.arange(SIDE).float()
    x0 = 3 + 10 * torch.rand(count, 1, 1)
    y0 = 3 + 10 * torch.rand(count, 1, 1)
    size = 1.5 + 1.5 * torch.rand(count, 1, 1)
    squares = (grid[None, None, :] - x0) ** 2 + (grid[None, :, None] - y0) ** 2
    return torch.exp(-squares / (2 * size**2)).view(count, -1)


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(SIDE * SIDE, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU())
        self.fc_mu = nn.Linear(64, LATENT)
        self.fc_logvar = nn.Linear(64, LATENT)
        self.decoder = nn.Sequential(
            nn.Linear(LATENT, 64), nn.ReLU(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, SIDE * SIDE), nn.Sigmoid()
        )

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.fc_mu(h), self.fc_logvar(h)
        return self.decoder(self.reparameterize(mu, logvar)), mu, logvar


def loss_function(recon, x, mu, logvar):
    bce = F.binary_cross_entropy(recon, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld


def train(model, loader, optimizer, epochs):
    for epoch in range(1, epochs + 1):
        model.train()
        total = 0.0
        for (x,) in loader:
            optimizer.zero_grad()
            recon, mu, logvar = model(x)
            loss = loss_function(recon, x, mu, logvar)
            loss.backward()
            optimizer.step()
            total += loss.item()
        if epoch % 10 == 0:
            print(f"====> epoch {epoch} average loss {total / len(loader.dataset):.4f}")


def reconstruction_error(model, x):
    model.eval()
    with torch.no_grad():
        mu = model.fc_mu(model.encoder(x))
        return F.mse_loss(model.decoder(mu), x).item()


if __name__ == "__main__":
    loader = DataLoader(TensorDataset(sources(1500)), batch_size=64, shuffle=True)
    held_out = sources(300)
    vae = VAE()
    adam = torch.optim.Adam(vae.parameters(), lr=2e-3)
    train(vae, loader, adam, epochs=30)
    print("METRIC test_reconstruction", reconstruction_error(vae, held_out))
