"""Convolutional VAE with a summed loss and a KL weight that warms up from zero."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

LATENT = 6
WARMUP = 250


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 12, 3, stride=2, padding=1)
        self.hidden = nn.Linear(12 * 16, 48)
        self.stats = nn.Linear(48, 2 * LATENT)

    def forward(self, x):
        h = F.elu(self.conv(x)).flatten(1)
        mean, log_var = self.stats(F.elu(self.hidden(h))).chunk(2, dim=-1)
        return mean, log_var.clamp(-8, 4)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(LATENT, 12 * 16)
        self.deconv = nn.ConvTranspose2d(12, 12, 4, stride=2, padding=1)
        self.out = nn.Conv2d(12, 1, 3, padding=1)

    def forward(self, z):
        h = F.elu(self.hidden(z)).view(-1, 12, 4, 4)
        return self.out(F.elu(self.deconv(h)))


encoder, decoder = Encoder(), Decoder()
params = list(encoder.parameters()) + list(decoder.parameters())
optimizer = torch.optim.Adamax(params, lr=4e-3)

pictures = torch.tensor(load_digits().images / 16.0, dtype=torch.float32).unsqueeze(1)
pictures = pictures[torch.randperm(len(pictures))]
train, test = pictures[:1500], pictures[1500:]

step = 0
for epoch in range(18):
    for batch in train[torch.randperm(len(train))].split(50):
        mean, log_var = encoder(batch)
        z = mean + torch.randn_like(mean) * (0.5 * log_var).exp()
        logits = decoder(z)
        rec = F.binary_cross_entropy_with_logits(logits, batch, reduction="sum")
        kl = 0.5 * (mean.pow(2) + log_var.exp() - 1 - log_var).sum()
        beta = min(1.0, step / WARMUP)
        loss = rec + beta * kl
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step += 1
    if epoch % 6 == 5:
        print(f"epoch {epoch + 1} beta {beta:.2f} rec {rec.item():.1f} kl {kl.item():.1f}")

with torch.no_grad():
    error = (torch.sigmoid(decoder(encoder(test)[0])) - test).pow(2).mean()
    spread = (test - train.mean(0)).pow(2).mean()
print("METRIC explained_variance", (1 - error / spread).item())
