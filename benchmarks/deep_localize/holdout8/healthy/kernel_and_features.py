"""Deep kernel learning: a Gaussian process on learned features. Rates differ by a hundred between features and kernel."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def step_function(x):
    return torch.where(x < 0, torch.sin(3 * x), 1.5 + 0.3 * torch.cos(9 * x)).squeeze(1)


class DeepKernel(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 2))
        self.log_length = nn.Parameter(torch.tensor(0.0))
        self.log_scale = nn.Parameter(torch.tensor(0.0))
        self.log_noise = nn.Parameter(torch.tensor(-1.0))

    def kernel(self, a, b):
        d = torch.cdist(self.features(a), self.features(b)).pow(2) if a is not b else self.square(self.features(a))
        return self.log_scale.exp() * torch.exp(-0.5 * d / (2 * self.log_length).exp())

    @staticmethod
    def square(f):
        return (f[:, None] - f[None]).pow(2).sum(-1)

    def factor(self, x):
        return torch.linalg.cholesky(self.kernel(x, x) + (self.log_noise.exp() ** 2 + 1e-4) * torch.eye(len(x)))

    def forward(self, x, y):
        """Negative log marginal likelihood per sample."""
        low = self.factor(x)
        alpha = torch.cholesky_solve(y[:, None], low)
        return (0.5 * y @ alpha.squeeze(1) + low.diagonal().log().sum()) / len(x) + 0.919

    def predict(self, x, y, new):
        alpha = torch.cholesky_solve(y[:, None], self.factor(x))
        return (self.kernel(new, x) @ alpha).squeeze(1)


x = 2 * torch.rand(120, 1) - 1
y = step_function(x) + 0.1 * torch.randn(120)
mean = y.mean()
model = DeepKernel()
optimizer = torch.optim.Adam(
    [
        {"params": model.features.parameters(), "lr": 1e-3},
        {"params": [model.log_length, model.log_scale, model.log_noise], "lr": 0.1},
    ]
)
for step in range(200):
    loss = model(x, y - mean)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 40 == 39:
        print(f"step {step + 1} nlml {loss.item():.3f} noise {model.log_noise.exp().item():.3f}")
new = torch.linspace(-0.98, 0.98, 300)[:, None]
with torch.no_grad():
    rmse = (model.predict(x, y - mean, new) + mean - step_function(new)).pow(2).mean().sqrt().item()
print("METRIC rmse", rmse)
