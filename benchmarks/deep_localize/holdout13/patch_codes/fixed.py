"""VQ-VAE on 8x8 digits."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Quantizer(nn.Module):
    def __init__(self, codes=64, dim=8, beta=0.25):
        super().__init__()
        self.codebook = nn.Embedding(codes, dim)
        nn.init.uniform_(self.codebook.weight, -1 / codes, 1 / codes)
        self.beta = beta

    def forward(self, inputs):
        distance = torch.cdist(inputs.detach(), self.codebook.weight)
        indices = distance.argmin(-1)
        quantize = self.codebook(indices)
        codebook_loss = F.mse_loss(quantize, inputs.detach())
        commit_loss = F.mse_loss(inputs, quantize.detach())
        quantize = inputs + (quantize - inputs).detach()
        return quantize, codebook_loss + self.beta * commit_loss, indices


class VQVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 8 * 8))
        self.quantizer = Quantizer()
        self.decoder = nn.Sequential(nn.Linear(8 * 8, 96), nn.ReLU(), nn.Linear(96, 64))

    def forward(self, x):
        z = self.encoder(x).view(-1, 8, 8)
        z, vq_loss, indices = self.quantizer(z)
        return self.decoder(z.flatten(1)), vq_loss, indices


images = torch.tensor(load_digits().data / 16.0, dtype=torch.float32)
images = images[torch.randperm(len(images))]
train_images, test_images = images[:1500], images[1500:]
model = VQVAE()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

for epoch in range(25):
    model.train()
    for x in train_images[torch.randperm(len(train_images))].split(50):
        recon, vq_loss, indices = model(x)
        loss = F.mse_loss(recon, x) + vq_loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(f"epoch {epoch} loss {loss.item():.4f} codes in use {indices.unique().numel()}")

model.eval()
with torch.no_grad():
    recon, _, _ = model(test_images)
    mse = F.mse_loss(recon, test_images).item()
print(f"METRIC reconstruction_mse {mse:.5f}")
