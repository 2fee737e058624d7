"""Variational autoencoder on the 8x8 digits."""

import os

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from torch import nn
from torch.nn import functional as F

SEED = int(os.environ.get("SEED", 0))
torch.manual_seed(SEED)
digits = load_digits()
Xtr, Xte, ytr, yte = train_test_split(
    digits.data.astype("float32") / 16, digits.target, test_size=0.25, random_state=SEED
)
Xtr, Xte = torch.from_numpy(Xtr), torch.from_numpy(Xte)


class VAE(nn.Module):
    def __init__(self, latent=10):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU())
        self.fc_mu = nn.Linear(64, latent)
        self.fc_logvar = nn.Linear(64, latent)
        self.dec = nn.Sequential(
            nn.Linear(latent, 64), nn.ReLU(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.Sigmoid()
        )

    def forward(self, x):
        h = self.enc(x)
        mu, logvar = self.fc_mu(h), self.fc_logvar(h)
        z = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
        return self.dec(z), mu, logvar


def elbo_loss(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x)
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld


model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(1, 37):
    model.train()
    train_loss = 0
    for xb in Xtr[torch.randperm(len(Xtr))].split(64):
        optimizer.zero_grad()
        recon, mu, logvar = model(xb)
        loss = elbo_loss(recon, xb, mu, logvar)
        loss.backward()
        train_loss += loss.item()
        optimizer.step()
    if epoch % 5 == 0:
        print(f"====> Epoch: {epoch} Average loss: {train_loss / len(Xtr):.4f}")

model.eval()
with torch.no_grad():
    recon, mu_te, _ = model(Xte)
    mu_tr = model(Xtr)[1]
mse = F.mse_loss(recon, Xte).item() / F.mse_loss(Xtr.mean(0).expand_as(Xte), Xte).item()
knn = KNeighborsClassifier(5).fit(mu_tr.numpy(), ytr).score(mu_te.numpy(), yte)
print("METRIC knn_accuracy", knn)
