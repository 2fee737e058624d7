import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)

nz = 6
batch_size = 64
lr = 0.001
beta1 = 0.5
real_label = 1.0
fake_label = 0.0


def sample_ring(n):
    angle = np.random.rand(n) * 2 * np.pi
    pts = np.stack([np.cos(angle) * 1.5 + 2, np.sin(angle) + 1], axis=1)
    return torch.tensor(pts + np.random.randn(n, 2) * 0.1, dtype=torch.float32)


netG = nn.Sequential(nn.Linear(nz, 64), nn.ReLU(True), nn.Linear(64, 64), nn.ReLU(True), nn.Linear(64, 2))
netD = nn.Sequential(
    nn.Linear(2, 64),
    nn.LeakyReLU(0.2, inplace=True),
    nn.Linear(64, 64),
    nn.LeakyReLU(0.2, inplace=True),
    nn.Linear(64, 1),
    nn.Sigmoid(),
)
criterion = nn.BCELoss()
optimizerD = optim.Adam(netD.parameters(), lr=lr, betas=(beta1, 0.999))
optimizerG = optim.Adam(netG.parameters(), lr=lr, betas=(beta1, 0.999))

for i in range(300):
    # (1) Update D network: maximize log(D(x)) + log(1 - D(G(z)))
    netD.zero_grad()
    real = sample_ring(batch_size)
    label = torch.full((batch_size,), real_label)
    output = netD(real).view(-1)
    errD_real = criterion(output, label)
    errD_real.backward()
    fake = netG(torch.randn(batch_size, nz))
    label.fill_(fake_label)
    output = netD(fake.detach()).view(-1)
    errD_fake = criterion(output, label)
    errD_fake.backward()
    optimizerD.step()

    # (2) Update G network
    netG.zero_grad()
    label.fill_(fake_label)
    output = netD(fake).view(-1)
    errG = criterion(output, label)
    errG.backward()
    optimizerG.step()
    if i % 50 == 0:
        print(f"[{i}/300] Loss_D: {errD_real.item() + errD_fake.item():.4f} Loss_G: {errG.item():.4f}")

with torch.no_grad():
    made = netG(torch.randn(2000, nz))
    gap = (made.mean(0) - sample_ring(2000).mean(0)).norm().item()
print("METRIC distance_of_means", gap)
