"""Variational autoencoder of small pictures of strokes with a Gaussian decoder."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class VAE(nn.Module):
    def __init__(self, data_dim=64, hidden=96, latent=8):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(data_dim, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.to_mu = nn.Linear(hidden, latent)
        self.to_logvar = nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, data_dim), nn.Sigmoid())

    def encode(self, x):
        h = self.encoder(x)
        return self.to_mu(h), self.to_logvar(h)

    def reparameterize(self, mu, logvar):
        return mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decoder(self.reparameterize(mu, logvar)), mu, logvar


mse = nn.MSELoss()


def loss_function(recon, x, mu, logvar, scale=8.0):
    rec = scale * mse(recon, x)
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return rec + kl, rec, kl


def strokes(n, size=8):
    """A bent stroke of varying place, slant and width."""
    grid = torch.linspace(-1, 1, size)
    gy, gx = torch.meshgrid(grid, grid, indexing="ij")
    slant, bend, place = torch.randn(3, n, 1, 1) * torch.tensor([0.6, 0.5, 0.4]).view(3, 1, 1, 1)
    width = 0.15 + 0.25 * torch.rand(n, 1, 1)
    return torch.exp(-(((gx - place - slant * gy - bend * gy**2) / width) ** 2)).flatten(1)


images = strokes(1800)
train, test = images[:1500], images[1500:]
model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)

for epoch in range(20):
    model.train()
    sums = [0.0, 0.0]
    for batch in train[torch.randperm(len(train))].split(100):
        optimizer.zero_grad()
        recon, mu, logvar = model(batch)
        loss, rec, kl = loss_function(recon, batch, mu, logvar)
        loss.backward()
        optimizer.step()
        sums[0] += rec.item()
        sums[1] += kl.item()
    if epoch % 5 == 0:
        print(f"====> epoch {epoch} rec {sums[0] / len(train):.3f} kl {sums[1] / len(train):.3f}")

model.eval()
with torch.no_grad():
    mu, _ = model.encode(test)
    recon = model.decoder(mu)
    explained = 1 - (recon - test).pow(2).sum().item() / (test - train.mean(0)).pow(2).sum().item()
print("METRIC explained", explained)
