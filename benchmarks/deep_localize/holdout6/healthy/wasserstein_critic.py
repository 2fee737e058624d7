"""WGAN with weight clipping: the critic takes five steps for one of the generator, losses have no bound."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def sample_real(n):
    side = (torch.rand(n) < 0.5).float() * 2 - 1
    return torch.stack([side * 1.0 + 0.15 * torch.randn(n), 0.5 * side + 0.15 * torch.randn(n)], 1)


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2))
        self.score = nn.Linear(64, 1, bias=False)

    def forward(self, x):
        return self.score(self.net(x))


gen = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
critic = Critic()
opt_g = torch.optim.RMSprop(gen.parameters(), lr=1e-3)
opt_c = torch.optim.RMSprop(critic.parameters(), lr=1e-3)

for it in range(350):
    for _ in range(5):
        fake = gen(torch.randn(64, 4)).detach()
        loss_c = critic(fake).mean() - critic(sample_real(64)).mean()
        opt_c.zero_grad()
        loss_c.backward()
        opt_c.step()
        with torch.no_grad():
            for p in critic.parameters():
                p.clamp_(-0.1, 0.1)
    loss_g = -critic(gen(torch.randn(64, 4))).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    if it % 70 == 69:
        print(f"{it + 1}: critic {loss_c.item():.4f} generator {loss_g.item():.4f}")

with torch.no_grad():
    made, real = gen(torch.randn(3000, 4)), sample_real(3000)
error = (made.mean(0) - real.mean(0)).norm() + (torch.cov(made.t()) - torch.cov(real.t())).norm()
print("METRIC moment_error", error.item())
