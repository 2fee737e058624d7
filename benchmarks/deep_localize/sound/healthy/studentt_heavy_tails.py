"""Regression with heavy-tailed noise: Student-t likelihood with learned scale and degrees of
freedom. The targets carry huge outliers, the printed squared error is dominated by them."""

import math
import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def f(x):
    return 3 * torch.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2]


n = 4000
X = torch.randn(n, 5)
noise = torch.distributions.StudentT(1.3).sample((n,)) * 0.4
Y = f(X) + noise
print("largest target", Y.abs().max().item())
Xv = torch.randn(1500, 5)


class TModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(5, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))
        self.log_scale = nn.Parameter(torch.tensor(1.0))
        self.raw_df = nn.Parameter(torch.tensor(2.0))

    def forward(self, x):
        return self.body(x).squeeze(-1)

    def nll(self, x, y):
        df = nn.functional.softplus(self.raw_df) + 0.5
        z = (y - self(x)) * torch.exp(-self.log_scale)
        lg = torch.lgamma((df + 1) / 2) - torch.lgamma(df / 2) - 0.5 * torch.log(df * math.pi) - self.log_scale
        return -(lg - (df + 1) / 2 * torch.log1p(z * z / df)).mean()


model = TModel()
opt = torch.optim.AdamW(
    [
        {"params": model.body.parameters(), "lr": 3e-3, "weight_decay": 1e-3},
        {"params": [model.log_scale, model.raw_df], "lr": 2e-2, "weight_decay": 0.0},
    ]
)
sch = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 36)
for ep in range(36):
    for idx in torch.randperm(n).split(100):
        loss = model.nll(X[idx], Y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    sch.step()
    if ep % 5 == 0:
        print(ep, loss.item(), model.log_scale.item())

with torch.no_grad():
    t = f(Xv)
    r2 = 1 - ((model(Xv) - t) ** 2).mean() / t.var()
print("METRIC r2", r2.item())
print("METRIC good", float(r2 > 0.9))
