"""Variational autoencoder of 12x12 sketches of a line: its position and slope are the two factors behind them."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", 0)))
torch.set_num_threads(1)


def sketches(n, side=12):
    grid = torch.linspace(-1, 1, side)
    offset = (torch.rand(n, 1, 1) - 0.5) * 1.2
    slope = (torch.rand(n, 1, 1) - 0.5) * 2
    distance = (grid[None, :, None] - offset - slope * grid[None, None, :]).abs()
    return torch.exp(-((distance / 0.2) ** 2)).reshape(n, -1)


class VAE(nn.Module):
    def __init__(self, d_in=144, hidden=96, latent=6):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(d_in, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.mu = nn.Linear(hidden, latent)
        self.logvar = nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, d_in))

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu(h), self.logvar(h)
        z = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
        return self.decoder(z), mu, logvar


def elbo_loss(logits, x, mu, logvar):
    """Negative evidence lower bound of one batch."""
    rec = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1).mean()
    kld = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum(1).mean()
    return rec + kld, rec, kld


data, held_out = sketches(2000), sketches(400)
vae = VAE()
opt = torch.optim.Adam(vae.parameters(), lr=2e-3)

for epoch in range(1, 26):
    vae.train()
    for batch in data[torch.randperm(len(data))].split(100):
        logits, mu, logvar = vae(batch)
        loss, rec, kld = elbo_loss(logits, batch, mu, logvar)
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 5 == 0:
        print(f"epoch {epoch}: loss {loss.item():.3f} rec {rec.item():.3f} kld {kld.item():.3f}")

vae.eval()
with torch.no_grad():
    rebuilt = torch.sigmoid(vae.decoder(vae.mu(vae.encoder(held_out))))
    error = F.mse_loss(rebuilt, held_out).item() / held_out.var(0).mean().item()
print("METRIC relative_error", error)
