"""VAE on the 8x8 digits."""

import os
from dataclasses import dataclass

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F


@dataclass
class Config:
    seed: int = int(os.environ.get("SEED", "0"))
    latent: int = 10
    hidden: int = 128
    batch_size: int = 64
    epochs: int = 30
    lr: float = 2e-3


cfg = Config()
torch.manual_seed(cfg.seed)
torch.set_num_threads(1)


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, cfg.hidden), nn.ReLU())
        self.mu = nn.Linear(cfg.hidden, cfg.latent)
        self.logvar = nn.Linear(cfg.hidden, cfg.latent)
        self.decoder = nn.Sequential(
            nn.Linear(cfg.latent, cfg.hidden), nn.ReLU(), nn.Linear(cfg.hidden, 64), nn.Sigmoid()
        )

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu(h), self.logvar(h)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return self.decoder(z), mu, logvar


def vae_loss(recon, x, mu, logvar):
    bce = F.binary_cross_entropy(recon, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return (bce + kld) / x.size(0)


x = torch.tensor(load_digits().data, dtype=torch.float32) / 16.0
x = x[torch.randperm(len(x))]
x_train, x_test = x[:1400], x[1400:]

model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=cfg.lr)

for epoch in range(cfg.epochs):
    model.train()
    order = torch.randperm(len(x_train))
    for i in range(0, len(x_train), cfg.batch_size):
        xb = x_train[order[i : i + cfg.batch_size]]
        recon, mu, logvar = model(xb)
        loss = vae_loss(recon, xb, mu, logvar)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        mu = model.mu(model.encoder(x_test))
        mse = F.mse_loss(model.decoder(mu), x_test).item()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} loss {loss.item():.3f} reconstruction mse {mse:.4f}")

print(f"METRIC reconstruction_mse {mse:.5f}")
