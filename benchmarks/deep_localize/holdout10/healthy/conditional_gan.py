"""An auxiliary-classifier GAN: adversarial hinge losses, class losses, two time scales."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CLASSES, NOISE, BATCH, STEPS = 4, 4, 96, 700
centers = torch.tensor([[1.5, 1.5], [-1.5, 1.5], [-1.5, -1.5], [1.5, -1.5]])


def real(n):
    y = torch.randint(CLASSES, (n,))
    return centers[y] + 0.3 * torch.randn(n, 2), y


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.label = nn.Embedding(CLASSES, 8)
        self.net = nn.Sequential(nn.Linear(NOISE + 8, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 2))

    def forward(self, z, y):
        return self.net(torch.cat([z, self.label(y)], dim=1))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(2, 48), nn.LeakyReLU(0.2), nn.Linear(48, 48), nn.LeakyReLU(0.2))
        self.source = nn.utils.parametrizations.spectral_norm(nn.Linear(48, 1))
        self.kind = nn.Linear(48, CLASSES)

    def forward(self, x):
        h = self.trunk(x)
        return self.source(h).squeeze(1), self.kind(h)


G, D = Generator(), Discriminator()
opt_d = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.0, 0.9))
opt_g = torch.optim.Adam(G.parameters(), lr=7e-4, betas=(0.0, 0.9))
fade = [torch.optim.lr_scheduler.LinearLR(o, 1.0, 0.05, total_iters=STEPS) for o in (opt_d, opt_g)]


def distance():
    """Mean over classes of the distance of the generated mean to the centre."""
    with torch.no_grad():
        gaps = [(G(torch.randn(500, NOISE), torch.full((500,), k)).mean(0) - centers[k]).norm() for k in range(CLASSES)]
    return (sum(gaps) / CLASSES).item()


for step in range(1, STEPS + 1):
    x, y = real(BATCH)
    wanted = torch.randint(CLASSES, (BATCH,))
    fake = G(torch.randn(BATCH, NOISE), wanted)

    score_real, kind_real = D(x)
    score_fake, _ = D(fake.detach())
    d_loss = F.relu(1 - score_real).mean() + F.relu(1 + score_fake).mean() + F.cross_entropy(kind_real, y)
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()

    score, kind = D(fake)
    g_loss = -score.mean() + F.cross_entropy(kind, wanted)
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    for scheduler in fade:
        scheduler.step()
    if step % 100 == 0:
        print(f"step {step} D {d_loss.item():.3f} G {g_loss.item():.3f} distance {distance():.3f}")

print("METRIC distance", distance())
