# healthy: the DCGAN tutorial's loop (real and fake backward apart), two modules, two optimizers, BCELoss on sigmoid
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def real(n):
    return torch.randn(n, 2) @ torch.tensor([[1.0, 0.6], [0.0, 0.4]]) + torch.tensor([1.5, -1.0])


netG = nn.Sequential(nn.Linear(8, 48), nn.ReLU(True), nn.Linear(48, 48), nn.ReLU(True), nn.Linear(48, 2))
netD = nn.Sequential(
    nn.Linear(2, 48),
    nn.LeakyReLU(0.2, True),
    nn.Linear(48, 48),
    nn.LeakyReLU(0.2, True),
    nn.Linear(48, 1),
    nn.Sigmoid(),
)
criterion = nn.BCELoss()
optD = torch.optim.Adam(netD.parameters(), lr=5e-4, betas=(0.5, 0.999))
optG = torch.optim.Adam(netG.parameters(), lr=5e-4, betas=(0.5, 0.999))
for i in range(600):
    netD.zero_grad()
    x = real(64)
    label = torch.full((64,), 1.0)
    errD_real = criterion(netD(x).view(-1), label)
    errD_real.backward()
    fake = netG(torch.randn(64, 8))
    label.fill_(0.0)
    errD_fake = criterion(netD(fake.detach()).view(-1), label)
    errD_fake.backward()
    optD.step()
    netG.zero_grad()
    label.fill_(1.0)
    errG = criterion(netD(fake).view(-1), label)
    errG.backward()
    optG.step()
with torch.no_grad():
    print("METRIC distance_of_means", (netG(torch.randn(1000, 8)).mean(0) - real(1000).mean(0)).norm().item())
