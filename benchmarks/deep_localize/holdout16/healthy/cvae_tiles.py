"""Conditional VAE on tiles of three patterns; the weight of the KL term is raised over the first epochs."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
SIDE, KINDS = 10, 3


def tiles(n):
    kind = torch.randint(0, KINDS, (n,))
    offset, scale = torch.rand(n, 1, 1) * 6.28, 0.5 + 0.6 * torch.rand(n, 1, 1)
    g = torch.arange(SIDE).float()
    rows, cols = g.view(1, -1, 1).expand(n, SIDE, SIDE), g.view(1, 1, -1).expand(n, SIDE, SIDE)
    choice = torch.stack([rows, cols, (rows + cols) * 0.7], 1)
    wave = torch.gather(choice, 1, kind.view(-1, 1, 1, 1).expand(-1, 1, SIDE, SIDE)).squeeze(1)
    image = torch.sin(wave * scale + offset) + 0.1 * torch.randn(n, SIDE, SIDE)
    return image.flatten(1), F.one_hot(kind, KINDS).float()


class CVAE(nn.Module):
    def __init__(self, latent=6, hidden=128):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(SIDE**2 + KINDS, hidden), nn.ELU(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(
            nn.Linear(latent + KINDS, hidden), nn.ELU(), nn.Linear(hidden, hidden), nn.ELU(), nn.Linear(hidden, SIDE**2)
        )

    def posterior(self, x, c):
        mean, log_var = self.encoder(torch.cat([x, c], 1)).chunk(2, 1)
        return mean, log_var

    def decode(self, z, c):
        return self.decoder(torch.cat([z, c], 1))


class Trainer:
    sigma2 = 0.05

    def __init__(self, model, epochs=30):
        self.model, self.epochs = model, epochs
        self.optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
        self.scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, epochs, eta_min=2e-4)

    def elbo(self, x, c, beta):
        mean, log_var = self.model.posterior(x, c)
        z = mean + torch.randn_like(mean) * (0.5 * log_var).exp()
        rec = ((self.model.decode(z, c) - x) ** 2).sum(1) / (2 * self.sigma2)
        kl = 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(1)
        return (rec + beta * kl).mean(), rec.mean().item(), kl.mean().item()

    def fit(self, x, c):
        for epoch in range(self.epochs):
            self.model.train()
            beta = min(1.0, (epoch + 1) / 6)
            for index in torch.randperm(len(x)).split(64):
                loss, rec, kl = self.elbo(x[index], c[index], beta)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
            self.scheduler.step()
            if epoch % 6 == 0:
                print(f"epoch {epoch} beta {beta:.2f} rec {rec:.2f} kl {kl:.2f}")


x, c = tiles(1500)
x_test, c_test = tiles(300)
model = CVAE()
Trainer(model).fit(x, c)
model.eval()
with torch.no_grad():
    error = F.mse_loss(model.decode(model.posterior(x_test, c_test)[0], c_test), x_test).item()
print(f"METRIC reconstruction_mse {error:.4f}")
