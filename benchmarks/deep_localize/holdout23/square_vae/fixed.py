"""A variational autoencoder of small binary images that show one square each."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

SIZE = 12
LATENT = 4
BATCH = 64
EPOCHS = 20


def draw_squares(n):
    images = np.zeros((n, SIZE, SIZE), dtype=np.float32)
    for image in images:
        side = np.random.choice([4, 5])
        top, left = np.random.randint(0, SIZE - side + 1, 2)
        image[top : top + side, left : left + side] = 1.0
    return torch.from_numpy(images).view(n, -1)


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(SIZE * SIZE, 128)
        self.fc21 = nn.Linear(128, LATENT)
        self.fc22 = nn.Linear(128, LATENT)
        self.fc3 = nn.Linear(LATENT, 128)
        self.fc4 = nn.Linear(128, SIZE * SIZE)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = torch.randn_like(std)
        return mu + eps * std

    def decode(self, z):
        h3 = F.relu(self.fc3(z))
        return torch.sigmoid(self.fc4(h3))

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    BCE = F.binary_cross_entropy(recon_x, x, reduction="sum")
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD


train_x, test_x = draw_squares(2000), draw_squares(400)
train_loader = DataLoader(train_x, batch_size=BATCH, shuffle=True)
model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

for epoch in range(1, EPOCHS + 1):
    model.train()
    train_loss = 0
    for data in train_loader:
        optimizer.zero_grad()
        recon_batch, mu, logvar = model(data)
        loss = loss_function(recon_batch, data, mu, logvar)
        loss.backward()
        train_loss += loss.item()
        optimizer.step()
    if epoch % 5 == 0:
        print(f"====> Epoch: {epoch} Average loss: {train_loss / len(train_loader):.4f}")

model.eval()
with torch.no_grad():
    mu, _ = model.encode(test_x)
    error = F.mse_loss(model.decode(mu), test_x).item()
print("METRIC reconstruction_mse", error)
