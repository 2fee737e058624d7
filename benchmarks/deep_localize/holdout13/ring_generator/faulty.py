"""GAN on points of two moons."""

import os

import torch
from sklearn.datasets import make_moons
from torch import nn, optim

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

LATENT, BATCH, STEPS = 4, 128, 700

points, _ = make_moons(4000, noise=0.05, random_state=SEED)
data = torch.tensor(points, dtype=torch.float32)
data = (data - data.mean(0)) / data.std(0) + torch.tensor([2.0, -1.0])

generator = nn.Sequential(nn.Linear(LATENT, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 2))
discriminator = nn.Sequential(
    nn.Linear(2, 48), nn.LeakyReLU(0.2), nn.Linear(48, 48), nn.LeakyReLU(0.2), nn.Linear(48, 1)
)
optimizer_g = optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
optimizer_d = optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.999))
criterion = nn.BCEWithLogitsLoss()
real_label, fake_label = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)

for step in range(STEPS):
    real = data[torch.randint(len(data), (BATCH,))]
    fake = generator(torch.randn(BATCH, LATENT))

    # discriminator
    optimizer_d.zero_grad()
    loss_d = criterion(discriminator(real), real_label) + criterion(discriminator(fake.detach()), fake_label)
    loss_d.backward()
    optimizer_d.step()

    # generator
    optimizer_g.zero_grad()
    pred_fake = discriminator(fake.detach())
    loss_g = criterion(pred_fake, real_label)
    loss_g.backward()
    optimizer_g.step()

    if step % 100 == 0:
        print(f"[{step}] D {loss_d.item():.3f} G {loss_g.item():.3f}")


def energy_distance(a, b):
    return (2 * torch.cdist(a, b).mean() - torch.cdist(a, a).mean() - torch.cdist(b, b).mean()).item()


with torch.no_grad():
    sample = generator(torch.randn(1000, LATENT))
print(f"METRIC energy_distance {energy_distance(sample, data[:1000]):.5f}")
