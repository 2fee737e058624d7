"""Variational autoencoder of gene expression: forty genes follow four hidden programmes."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

GENES, PROGRAMMES, LATENT = 40, 4, 6
loadings = torch.randn(PROGRAMMES, GENES)


def cells(n):
    programmes = torch.randn(n, PROGRAMMES)
    return torch.tanh(programmes @ loadings * 0.7) * 1.5 + 0.2 * torch.randn(n, GENES)


class Encoder(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(GENES, hidden), nn.LeakyReLU(), nn.Linear(hidden, hidden), nn.LeakyReLU())
        self.mean = nn.Linear(hidden, LATENT)
        self.logvar = nn.Linear(hidden, LATENT)

    def forward(self, x):
        h = self.fc(x)
        return self.mean(h), self.logvar(h)


class VAE(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.encoder = Encoder(hidden)
        self.decoder = nn.Sequential(nn.Linear(LATENT, hidden), nn.LeakyReLU(), nn.Linear(hidden, GENES))

    def forward(self, x):
        mu, logvar = self.encoder(x)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return self.decoder(z), mu, logvar


def kl_divergence(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


train, test = cells(1500), cells(300)
model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

for epoch in range(24):
    model.train()
    recon_sum = kl_sum = 0.0
    for idx in torch.randperm(len(train)).split(50):
        x = train[idx]
        predicted, mu, logvar = model(x)
        recon_loss = F.mse_loss(predicted, x, reduction="sum")
        kl_loss = kl_divergence(mu, logvar)
        loss = (recon_loss + kl_loss) / len(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        recon_sum += recon_loss.item()
        kl_sum += kl_loss.item()
    if epoch % 4 == 3:
        print(f"epoch {epoch}: reconstruction {recon_sum:.1f}, kl {kl_sum:.1f}")

model.eval()
with torch.no_grad():
    predicted = model(test)[0]
    explained = 1 - ((predicted - test) ** 2).mean() / test.var()
print("METRIC explained", explained.item())
