"""Convolutional denoising autoencoder for digits; the target is the clean image."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Denoiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU()
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(32, 16, 2, stride=2), nn.ReLU(), nn.Conv2d(16, 1, 3, padding=1), nn.Sigmoid()
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


def corrupt(x, generator=None):
    return x + 0.35 * torch.randn(x.shape, generator=generator)


clean = torch.tensor(load_digits().images, dtype=torch.float32).unsqueeze(1) / 16.0
clean = clean[torch.randperm(len(clean))]
train, test = clean[:1400], clean[1400:]
test_noisy = corrupt(test, torch.Generator().manual_seed(99))
loader = DataLoader(train, batch_size=64, shuffle=True)

model = Denoiser()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
print(f"noisy input: {F.mse_loss(test_noisy, test).item():.4f}")
for epoch in range(10):
    model.train()
    for batch in loader:
        optimizer.zero_grad()
        loss = F.mse_loss(model(corrupt(batch)), batch)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        error = F.mse_loss(model(test_noisy), test).item()
    print(f"epoch {epoch + 1} denoised: {error:.4f}")

print(f"METRIC mse {error:.5f}")
