"""Variational autoencoder on digits with a Gaussian latent of eight dimensions."""

import os
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


@dataclass
class Config:
    latent: int = 8
    hidden: int = 128
    epochs: int = 30
    batch_size: int = 64
    lr: float = 2e-3


class VAE(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, cfg.hidden), nn.ReLU())
        self.fc_mean = nn.Linear(cfg.hidden, cfg.latent)
        self.fc_logvar = nn.Linear(cfg.hidden, cfg.latent)
        self.decoder = nn.Sequential(
            nn.Linear(cfg.latent, cfg.hidden), nn.ReLU(), nn.Linear(cfg.hidden, 64), nn.Sigmoid()
        )

    def forward(self, x):
        h = self.encoder(x)
        mean, logvar = self.fc_mean(h), self.fc_logvar(h)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * logvar) if self.training else mean
        return self.decoder(z), mean, logvar


def vae_loss(reconstruction, x, mean, logvar):
    recon = F.binary_cross_entropy(reconstruction, x)
    kl = -0.5 * torch.sum(1 + logvar - mean.pow(2) - logvar.exp(), dim=1).mean()
    return recon + kl, recon, kl


def main(cfg):
    data = torch.tensor(load_digits().data, dtype=torch.float32) / 16.0
    data = data[torch.randperm(len(data))]
    train, test = data[:1500], data[1500:]
    loader = DataLoader(TensorDataset(train), batch_size=cfg.batch_size, shuffle=True)
    model = VAE(cfg)
    optimizer = torch.optim.Adam(model.parameters(), lr=cfg.lr)
    for epoch in range(cfg.epochs):
        model.train()
        for (x,) in loader:
            reconstruction, mean, logvar = model(x)
            loss, recon, kl = vae_loss(reconstruction, x, mean, logvar)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if (epoch + 1) % 10 == 0:
            print(f"epoch {epoch + 1} loss {loss.item():.3f} recon {recon.item():.3f} kl {kl.item():.3f}")
    model.eval()
    with torch.no_grad():
        error = F.mse_loss(model(test)[0], test).item()
    print(f"METRIC reconstruction_mse {error:.5f}")


if __name__ == "__main__":
    main(Config())
