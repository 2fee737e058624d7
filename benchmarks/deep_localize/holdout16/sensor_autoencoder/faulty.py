"""Autoencoder that compresses readings of sixteen machine sensors to four numbers."""

import os

import numpy as np
import torch
from sklearn.preprocessing import StandardScaler
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
rng = np.random.default_rng(SEED)

# four latent conditions of the machine drive all sensors
state = rng.normal(size=(1500, 4))
mixing = rng.normal(size=(4, 16))
readings = np.tanh(0.4 * state @ mixing) * rng.uniform(1, 30, 16) + rng.uniform(-50, 200, 16)
readings += 0.01 * readings.std(0) * rng.normal(size=readings.shape)

scaler = StandardScaler()
train = torch.tensor(scaler.fit_transform(readings[:1200]), dtype=torch.float32)
test = torch.tensor(scaler.transform(readings[1200:]), dtype=torch.float32)


class Autoencoder(nn.Module):
    def __init__(self, n_in=16, n_code=4):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(n_in, 48),
            nn.ReLU(),
            nn.Linear(48, n_code),
        )
        self.decoder = nn.Sequential(
            nn.Linear(n_code, 48),
            nn.ReLU(),
            nn.Linear(48, n_in),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


model = Autoencoder()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
mse = nn.MSELoss()
loader = torch.utils.data.DataLoader(train, batch_size=50, shuffle=True)

for epoch in range(1, 31):
    model.train()
    epoch_loss = 0.0
    for batch in loader:
        recon = model(batch)
        loss = mse(recon, batch)
        opt.zero_grad()
        loss.backward()
        opt.step()
        epoch_loss += loss.item()
    if epoch % 10 == 0:
        print("epoch", epoch, "reconstruction", round(epoch_loss / len(loader), 4))

model.eval()
with torch.no_grad():
    error = mse(model(test), test).item()
print(f"METRIC reconstruction_mse {error:.5f}")
