"""Fits the physical parameters of damped oscillators and a small correction network with L-BFGS on all data at once."""

import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


class Oscillator(nn.Module):
    def __init__(self):
        super().__init__()
        self.log_omega = nn.Parameter(torch.tensor(0.9))
        self.log_gamma = nn.Parameter(torch.tensor(-1.0))
        self.amplitude = nn.Parameter(torch.ones(2))
        self.correction = nn.Sequential(nn.Linear(1, 10), nn.Tanh(), nn.Linear(10, 1))
        nn.init.zeros_(self.correction[2].weight)
        nn.init.zeros_(self.correction[2].bias)

    def forward(self, t):
        omega, gamma = self.log_omega.exp(), self.log_gamma.exp()
        waves = self.amplitude[0] * torch.cos(omega * t) + self.amplitude[1] * torch.sin(omega * t)
        return torch.exp(-gamma * t) * waves + self.correction(t / 6 - 0.5)


t = torch.linspace(0, 6, 240).unsqueeze(1)
clean = torch.exp(-0.25 * t) * (1.3 * torch.cos(2.8 * t) - 0.4 * torch.sin(2.8 * t)) + 0.02 * t**2
observed = clean + 0.05 * torch.randn_like(t)
train = torch.rand(len(t)) < 0.75
model = Oscillator()
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=10, history_size=20, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    penalty = 1e-4 * sum(p.pow(2).sum() for p in model.correction.parameters())
    loss = nn.functional.mse_loss(model(t[train]), observed[train]) + penalty
    loss.backward()
    return loss


for outer in range(60):
    loss = optimizer.step(closure)
    if outer % 15 == 0:
        print(f"{outer}: {loss.item():.6f} omega {model.log_omega.exp().item():.3f}")
with torch.no_grad():
    print("METRIC clean_mse", round(nn.functional.mse_loss(model(t[~train]), clean[~train]).item(), 6))
