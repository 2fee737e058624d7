import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.parametrizations import spectral_norm

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class G(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(8, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2)
        )

    def forward(self, z):
        return self.net(z)


class D(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            spectral_norm(nn.Linear(2, 64)),
            nn.LeakyReLU(0.1),
            spectral_norm(nn.Linear(64, 64)),
            nn.LeakyReLU(0.1),
            spectral_norm(nn.Linear(64, 1)),
        )

    def forward(self, x):
        return self.net(x)


def real(n):
    side = torch.randint(0, 2, (n, 1)).float()
    return torch.cat([side * 4 - 1, 2 - side], dim=1) + 0.2 * torch.randn(n, 2)


gen, dis = G(), D()
opt_g = torch.optim.Adam(gen.parameters(), lr=2e-3, betas=(0.0, 0.9))
opt_d = torch.optim.Adam(dis.parameters(), lr=4e-3, betas=(0.0, 0.9))
for step in range(200):
    for _ in range(2):
        with torch.no_grad():
            fake = gen(torch.randn(64, 8))
        loss_d = F.relu(1 - dis(real(64))).mean() + F.relu(1 + dis(fake)).mean()
        opt_d.zero_grad()
        loss_d.backward()
        opt_d.step()
    loss_g = -dis(gen(torch.randn(64, 8))).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    if step % 40 == 0:
        print(step, loss_d.item(), loss_g.item())
gen.eval()
with torch.no_grad():
    print("METRIC distance_of_means", (gen(torch.randn(2000, 8)).mean(0) - torch.tensor([1.0, 1.5])).norm().item())
