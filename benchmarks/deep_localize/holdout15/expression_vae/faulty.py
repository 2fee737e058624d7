"""Variational autoencoder for (synthetic) gene expression profiles of several cell types."""

import os
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


@dataclass
class Config:
    genes: int = 60
    latent: int = 8
    hidden: int = 64
    batch_size: int = 64
    epochs: int = 15
    lr: float = 2e-3


class VAE(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(cfg.genes, cfg.hidden), nn.LeakyReLU(), nn.Linear(cfg.hidden, cfg.hidden), nn.LeakyReLU()
        )
        self.fc_mean = nn.Linear(cfg.hidden, cfg.latent)
        self.fc_var = nn.Linear(cfg.hidden, cfg.latent)
        self.decoder = nn.Sequential(
            nn.Linear(cfg.latent, cfg.hidden), nn.LeakyReLU(), nn.Linear(cfg.hidden, cfg.genes)
        )

    def reparameterize(self, mu, logvar):
        if not self.training:
            return mu
        return mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.fc_mean(h), self.fc_var(h)
        return self.decoder(self.reparameterize(mu, logvar)), mu, logvar


def criterion(predicted, target, mu, logvar):
    kl_loss = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    r_loss = F.mse_loss(predicted, target)
    return r_loss + kl_loss, r_loss, kl_loss


cfg = Config()
programs = torch.randn(6, cfg.genes)
activity = torch.randn(2400, 6)
profiles = activity @ programs + 0.5 * torch.randn(2400, cfg.genes)
profiles = (profiles - profiles[:2000].mean(0)) / profiles[:2000].std(0)
train, held_out = profiles[:2000], profiles[2000:]

model = VAE(cfg)
optimizer = torch.optim.Adam(model.parameters(), lr=cfg.lr)
for epoch in range(cfg.epochs):
    model.train()
    sums = [0.0, 0.0]
    for idx in torch.randperm(len(train)).split(cfg.batch_size):
        batch = train[idx]
        predicted, mu, logvar = model(batch)
        loss, r_loss, kl_loss = criterion(predicted, batch, mu, logvar)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        sums[0] += r_loss.item()
        sums[1] += kl_loss.item()
    if epoch % 5 == 0:
        print(f"epoch {epoch} reconstruction {sums[0]:.2f} kl {sums[1]:.2f}")

model.eval()
with torch.no_grad():
    reconstruction = model(held_out)[0]
print("METRIC reconstruction_mse", round(F.mse_loss(reconstruction, held_out).item(), 4))
