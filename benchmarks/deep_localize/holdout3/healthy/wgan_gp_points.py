import os

import torch
import torch.autograd as autograd
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

LAMBDA = 1.0
CRITIC_ITERS = 4
BATCH = 64
centers = torch.tensor([[2.0, 0.0], [-1.0, 1.5], [0.5, -2.0]]) + torch.tensor([1.0, 1.0])


def real_batch():
    return centers[torch.randint(0, 3, (BATCH,))] + 0.1 * torch.randn(BATCH, 2)


class Generator(nn.Module):
    def __init__(self, dim=64):
        super().__init__()
        self.main = nn.Sequential(
            nn.Linear(4, dim), nn.ReLU(True), nn.Linear(dim, dim), nn.ReLU(True), nn.Linear(dim, 2)
        )

    def forward(self, noise):
        return self.main(noise)


class Critic(nn.Module):
    def __init__(self, dim=64):
        super().__init__()
        self.main = nn.Sequential(
            nn.Linear(2, dim), nn.ReLU(True), nn.Linear(dim, dim), nn.ReLU(True), nn.Linear(dim, 1)
        )

    def forward(self, x):
        return self.main(x).view(-1)


def calc_gradient_penalty(netD, real, fake):
    alpha = torch.rand(BATCH, 1)
    interpolates = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    scores = netD(interpolates)
    gradients = autograd.grad(scores, interpolates, torch.ones_like(scores), create_graph=True, retain_graph=True)[0]
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean() * LAMBDA


netG, netD = Generator(), Critic()
optimizerD = torch.optim.Adam(netD.parameters(), lr=2e-3, betas=(0.5, 0.9))
optimizerG = torch.optim.Adam(netG.parameters(), lr=2e-3, betas=(0.5, 0.9))
for iteration in range(100):
    for p in netD.parameters():
        p.requires_grad = True
    for _ in range(CRITIC_ITERS):
        data = real_batch()
        netD.zero_grad()
        fake = netG(torch.randn(BATCH, 4)).detach()
        D_cost = netD(fake).mean() - netD(data).mean() + calc_gradient_penalty(netD, data, fake)
        D_cost.backward()
        optimizerD.step()
    for p in netD.parameters():
        p.requires_grad = False
    netG.zero_grad()
    G_cost = -netD(netG(torch.randn(BATCH, 4))).mean()
    G_cost.backward()
    optimizerG.step()
    if iteration % 20 == 0:
        print(iteration, D_cost.item(), G_cost.item())
with torch.no_grad():
    print("METRIC distance_of_means", (netG(torch.randn(3000, 4)).mean(0) - centers.mean(0)).norm().item())
