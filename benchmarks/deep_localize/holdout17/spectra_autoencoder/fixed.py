"""Compress synthetic spectra (sums of Gaussian peaks) to six numbers and restore them."""

import itertools
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CHANNELS = 48


def make_spectra(count):
    grid = torch.linspace(0, 1, CHANNELS)
    centers = torch.tensor([0.15, 0.3, 0.45, 0.6, 0.75, 0.9])
    heights = torch.rand(count, 6)
    peaks = torch.exp(-((grid[None, :] - centers[:, None]) ** 2) / (2 * 0.05**2))
    spectra = torch.tanh(heights @ peaks * 1.5)
    return spectra + 0.01 * torch.randn_like(spectra)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(CHANNELS, 64)
        self.fc2 = nn.Linear(64, 6)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(6, 64)
        self.fc2 = nn.Linear(64, CHANNELS)

    def forward(self, z):
        return self.fc2(torch.relu(self.fc1(z)))


class AutoencoderTrainer:
    def __init__(self, encoder, decoder, lr=3e-3):
        self.encoder = encoder
        self.decoder = decoder
        self.optimizer = torch.optim.Adam(itertools.chain(encoder.parameters(), decoder.parameters()), lr=lr)
        self.criterion = nn.MSELoss()

    def step(self, batch):
        self.optimizer.zero_grad()
        loss = self.criterion(self.decoder(self.encoder(batch)), batch)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    @torch.no_grad()
    def score(self, data):
        return self.criterion(self.decoder(self.encoder(data)), data).item()


spectra = make_spectra(1500)
train, valid = spectra[:1200], spectra[1200:]
mean, std = train.mean(), train.std()
train, valid = (train - mean) / std, (valid - mean) / std

encoder, decoder = Encoder(), Decoder()
trainer = AutoencoderTrainer(encoder, decoder)
for epoch in range(30):
    order = torch.randperm(len(train))
    losses = [trainer.step(train[order[i : i + 60]]) for i in range(0, len(train), 60)]
    if epoch % 6 == 5:
        print(f"epoch {epoch + 1}: train {sum(losses) / len(losses):.4f} valid {trainer.score(valid):.4f}")

print(f"METRIC valid_mse {trainer.score(valid):.5f}")
