"""Variational autoencoder on short curves, with a KL warm-up."""

import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def curves(n):
    t = torch.linspace(-1, 1, 24)
    a, b, c = torch.randn(3, n, 1)
    return a * t + b * torch.cos(3 * t) + 0.7 * c * torch.sin(5 * t) + 0.1 * torch.randn(n, 24)


class VAE(nn.Module):
    def __init__(self, latent=5, hidden=48):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(24, hidden), nn.ELU(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ELU(), nn.Linear(hidden, 24))

    def forward(self, x):
        mu, logvar = self.encoder(x).chunk(2, dim=1)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar) if self.training else mu
        return self.decoder(z), mu, logvar


def elbo_terms(recon, x, mu, logvar, noise_var=0.02):
    reconstruction = 0.5 * (recon - x).pow(2).sum(1).mean() / noise_var
    kl = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum(1).mean()
    return reconstruction, kl


x, x_test = curves(1000), curves(300)
model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
EPOCHS, WARMUP = 30, 10
for epoch in range(EPOCHS):
    model.train()
    beta = min(1.0, (epoch + 1) / WARMUP)
    for idx in torch.randperm(len(x)).split(64):
        recon, mu, logvar = model(x[idx])
        rec, kl = elbo_terms(recon, x[idx], mu, logvar)
        loss = rec + beta * kl
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 50.0)
        optimizer.step()
    if epoch % 10 == 9:
        print(f"epoch {epoch + 1} reconstruction {rec.item():.2f} kl {kl.item():.2f} beta {beta:.1f}")

model.eval()
with torch.no_grad():
    error = (model(x_test)[0] - x_test).pow(2).mean().item()
print(f"METRIC reconstruction_mse {error:.5f}")
