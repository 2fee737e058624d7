# Report: https://github.com/wangle53/CSA-CDGAN/issues/5: the fake is detached when the generator is trained, too
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "5"))
torch.manual_seed(SEED)


def real_points(n):
    a = torch.rand(n) * 6.2832
    return torch.stack([2 + torch.cos(a), torch.sin(a) - 1], 1) + 0.05 * torch.randn(n, 2)


G = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2))
D = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
opt_g = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.999))
opt_d = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.999))
bce = nn.BCEWithLogitsLoss()
B = 64
for it in range(600):
    real = real_points(B)
    fake = G(torch.randn(B, 8))
    opt_d.zero_grad()
    d_loss = bce(D(real), torch.ones(B, 1)) + bce(D(fake.detach()), torch.zeros(B, 1))
    d_loss.backward()
    opt_d.step()

    opt_g.zero_grad()
    g_loss = bce(D(fake.detach()), torch.ones(B, 1))
    g_loss.backward()
    opt_g.step()
    if it % 100 == 0:
        print(it, d_loss.item(), g_loss.item())
with torch.no_grad():
    print("METRIC distance_of_means", (G(torch.randn(500, 8)).mean(0) - real_points(500).mean(0)).norm().item())
