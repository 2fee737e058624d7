"""VAE on digit images: Bernoulli decoder, KL warm-up, free bits of 0.1 nat a dimension."""

import os

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

images = torch.tensor(load_digits().data, dtype=torch.float32) / 16
train, test = train_test_split(images, test_size=0.2, random_state=SEED)


class VAE(nn.Module):
    def __init__(self, latent=8, width=96):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, width), nn.SiLU(), nn.Linear(width, 64))

    def encode(self, x):
        return self.encoder(x).chunk(2, dim=1)

    def forward(self, x):
        mean, log_var = self.encode(x)
        z = mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)
        return self.decoder(z), mean, log_var


def elbo_terms(logits, x, mean, log_var, free=0.1):
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1).mean()
    kl = 0.5 * (mean**2 + log_var.exp() - 1 - log_var).mean(0)
    return reconstruction, kl.clamp(min=free).sum()


model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
loader = DataLoader(train, batch_size=64, shuffle=True)
step, warmup = 0, 250
for epoch in range(25):
    model.train()
    for x in loader:
        logits, mean, log_var = model(x)
        reconstruction, kl = elbo_terms(logits, x, mean, log_var)
        loss = reconstruction + min(1.0, step / warmup) * kl
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} reconstruction {reconstruction.item():.2f} kl {kl.item():.2f}")

model.eval()
with torch.no_grad():
    rebuilt = torch.sigmoid(model.decoder(model.encode(test)[0]))
rmse = (rebuilt - test).pow(2).mean().sqrt().item()
print(f"METRIC reconstruction_rmse {rmse:.4f}")
