"""Convolutional VAE on 8x8 images of soft blobs; the weight of the KL term rises over the first epochs."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

LATENT, EPOCHS, WARMUP = 6, 12, 6


def blobs(n):
    grid = torch.arange(8.0)
    cy, cx = 1.5 + 5 * torch.rand(n, 1, 1), 1.5 + 5 * torch.rand(n, 1, 1)
    width = 0.8 + 0.8 * torch.rand(n, 1, 1)
    height = 0.6 + 0.4 * torch.rand(n, 1, 1)
    d = (grid[None, :, None] - cy) ** 2 + (grid[None, None, :] - cx) ** 2
    return (height * torch.exp(-d / (2 * width**2))).unsqueeze(1)


class ConvVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, 2, 1), nn.SiLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.SiLU(), nn.Flatten()
        )
        self.to_stats = nn.Linear(128, 2 * LATENT)
        self.from_z = nn.Linear(LATENT, 128)
        self.decoder = nn.Sequential(
            nn.Unflatten(1, (32, 2, 2)),
            nn.SiLU(),
            nn.ConvTranspose2d(32, 16, 4, 2, 1),
            nn.SiLU(),
            nn.ConvTranspose2d(16, 1, 4, 2, 1),
        )

    def encode(self, x):
        return self.to_stats(self.encoder(x)).chunk(2, dim=1)

    def decode(self, z):
        return self.decoder(self.from_z(z))

    def forward(self, x):
        mu, logvar = self.encode(x)
        std = torch.exp(0.5 * logvar)
        return self.decode(mu + std * torch.randn_like(std)), mu, logvar


train, test = blobs(1600), blobs(300)
loader = DataLoader(train, batch_size=64, shuffle=True, drop_last=True)
vae = ConvVAE()
optimizer = torch.optim.Adam(vae.parameters(), lr=3e-3)
noise_var = 0.05**2

for epoch in range(EPOCHS):
    beta = min(1.0, epoch / WARMUP)
    vae.train()
    for x in loader:
        recon, mu, logvar = vae(x)
        rec = F.mse_loss(recon, x, reduction="none").sum((1, 2, 3)) / (2 * noise_var)
        kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1)
        loss = (rec + beta * kl).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(vae.parameters(), 100.0)
        optimizer.step()
    vae.eval()
    with torch.no_grad():
        mse = F.mse_loss(vae.decode(vae.encode(test)[0]), test).item()
    print(f"epoch {epoch + 1} beta {beta:.2f} loss {loss.item():.2f} kl {kl.mean().item():.2f} test mse {mse:.5f}")

print(f"METRIC explained {1 - mse / test.var().item():.4f}")
