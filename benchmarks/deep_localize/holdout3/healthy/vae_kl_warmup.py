import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
x = torch.tensor(load_digits().data / 16, dtype=torch.float32)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(64, 64), nn.ELU())
        self.mu, self.log_var = nn.Linear(64, 6), nn.Linear(64, 6)

    def forward(self, v):
        h = self.trunk(v)
        return self.mu(h), self.log_var(h)


encoder = Encoder()
decoder = nn.Sequential(nn.Linear(6, 64), nn.ELU(), nn.Linear(64, 64))
params = [*encoder.parameters(), *decoder.parameters()]
optimizer = torch.optim.Adamax(params, lr=5e-3)
epochs, warmup = 9, 5
for epoch in range(epochs):
    beta = min(1.0, epoch / warmup)  # 0 in the first epoch
    for batch in x[torch.randperm(len(x))].split(60):
        mu, log_var = encoder(batch)
        z = mu + torch.randn_like(mu) * (0.5 * log_var).exp()
        rec = F.binary_cross_entropy_with_logits(decoder(z), batch, reduction="none").sum(1).mean()
        kl = 0.5 * (mu**2 + log_var.exp() - 1 - log_var).sum(1).mean()
        elbo = rec + beta * kl
        optimizer.zero_grad()
        elbo.backward()
        optimizer.step()
    print(f"{epoch} beta {beta:.2f} rec {rec.item():.2f} kl {kl.item():.2f}")
with torch.no_grad():
    error = F.mse_loss(torch.sigmoid(decoder(encoder(x)[0])), x).item()
print("METRIC reconstruction", error)
