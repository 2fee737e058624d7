"""A variational autoencoder for standardised digit images."""

import os
from dataclasses import dataclass

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset, random_split

SEED = int(os.environ.get("SEED", "0"))


@dataclass
class Config:
    latent: int = 10
    hidden: int = 128
    epochs: int = 25
    batch_size: int = 64
    lr: float = 2e-3


class VAE(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, cfg.hidden), nn.ReLU(), nn.Linear(cfg.hidden, cfg.hidden), nn.ReLU())
        self.to_mu = nn.Linear(cfg.hidden, cfg.latent)
        self.to_logvar = nn.Linear(cfg.hidden, cfg.latent)
        self.decoder = nn.Sequential(nn.Linear(cfg.latent, cfg.hidden), nn.ReLU(), nn.Linear(cfg.hidden, 64))

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.to_mu(h), self.to_logvar(h)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar) if self.training else mu
        return self.decoder(z), mu, logvar


def elbo_terms(recon, x, mu, logvar):
    recon_loss = F.mse_loss(recon, x, reduction="sum") / len(x)
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / len(x)
    return recon_loss, kl


def main():
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    cfg = Config()
    x = torch.tensor(load_digits().data, dtype=torch.float32)
    x = (x - x.mean()) / x.std()
    train, test = random_split(TensorDataset(x), [1400, 397], generator=torch.Generator().manual_seed(SEED))
    model = VAE(cfg)
    optimizer = torch.optim.Adam(model.parameters(), lr=cfg.lr)
    for epoch in range(cfg.epochs):
        model.train()
        sums = [0.0, 0.0]
        for (batch,) in DataLoader(train, batch_size=cfg.batch_size, shuffle=True):
            recon, mu, logvar = model(batch)
            recon_loss, kl = elbo_terms(recon, batch, mu, logvar)
            loss = recon_loss + kl
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            sums[0] += recon_loss.item()
            sums[1] += kl.item()
        if epoch % 5 == 4:
            print(f"epoch {epoch + 1}: reconstruction {sums[0]:.2f}, KL {sums[1]:.2f}")
    model.eval()
    with torch.no_grad():
        held = torch.stack([row[0] for row in test])
        error = F.mse_loss(model(held)[0], held).item()
    print("METRIC reconstruction_mse", round(error, 4))


main()
