"""Vector-quantised autoencoder of small patches: straight-through gradients, a codebook loss and a commitment loss."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

shapes = torch.randn(12, 30, generator=torch.Generator().manual_seed(9))


def patches(n):
    return shapes[torch.randint(0, 12, (n,))] + 0.15 * torch.randn(n, 30)


class Quantizer(nn.Module):
    def __init__(self, codes=32, dim=6):
        super().__init__()
        self.codebook = nn.Embedding(codes, dim)

    @torch.no_grad()
    def start_from(self, z):
        """Codes start at encodings of data."""
        self.codebook.weight.copy_(z[torch.randperm(len(z))[: self.codebook.num_embeddings]])

    def forward(self, z):
        index = torch.cdist(z, self.codebook.weight).argmin(1)
        q = self.codebook(index)
        codebook_loss = F.mse_loss(q, z.detach())
        commitment = F.mse_loss(z, q.detach())
        return z + (q - z).detach(), codebook_loss + 0.25 * commitment, index


class VQVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(30, 48), nn.ReLU(), nn.Linear(48, 6))
        self.quantizer = Quantizer()
        self.decoder = nn.Sequential(nn.Linear(6, 48), nn.ReLU(), nn.Linear(48, 30))

    def forward(self, x):
        q, loss, index = self.quantizer(self.encoder(x))
        return self.decoder(q), loss, index


x, x_test = patches(2500), patches(500)
model = VQVAE()
with torch.no_grad():
    model.quantizer.start_from(model.encoder(x))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(15):
    for batch in x[torch.randperm(len(x))].split(50):
        rebuilt, vq_loss, index = model(batch)
        loss = F.mse_loss(rebuilt, batch) + vq_loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1} loss {loss.item():.4f} codes in use {len(index.unique())}")
with torch.no_grad():
    error = (F.mse_loss(model(x_test)[0], x_test) / x_test.var(0).mean()).item()
print("METRIC relative_error", error)
