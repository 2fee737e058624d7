"""Convolutional autoencoder that removes noise from pulse trains."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

LENGTH = 32


def pulses(n):
    t = torch.arange(LENGTH).float()
    clean = torch.zeros(n, 1, LENGTH)
    for _ in range(2):
        center = torch.rand(n, 1, 1) * LENGTH
        width = 1.5 + 2 * torch.rand(n, 1, 1)
        sign = (torch.rand(n, 1, 1) < 0.5).float() * 2 - 1
        clean = clean + sign * torch.exp(-((t - center) ** 2) / (2 * width**2))
    return clean + 0.3 * torch.randn_like(clean), clean


class ConvAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv1d(1, 12, 5, stride=2, padding=2), nn.GELU(), nn.Conv1d(12, 16, 5, stride=2, padding=2), nn.GELU()
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose1d(16, 12, 4, stride=2, padding=1),
            nn.GELU(),
            nn.ConvTranspose1d(12, 1, 4, stride=2, padding=1),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


def main():
    model = ConvAutoencoder()
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    noisy_val, clean_val = pulses(300)
    for step in range(1, 301):
        model.train()
        noisy, clean = pulses(32)
        loss = nn.functional.mse_loss(model(noisy), clean)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step} loss {loss.item():.4f}")
    model.eval()
    with torch.no_grad():
        before = nn.functional.mse_loss(noisy_val, clean_val).item()
        after = nn.functional.mse_loss(model(noisy_val), clean_val).item()
    print("METRIC error_left", round(after / before, 4))


if __name__ == "__main__":
    main()
