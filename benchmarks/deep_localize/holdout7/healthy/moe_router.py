"""A mixture of four experts with top-1 routing and a term that balances their load."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

rules = torch.randn(4, 6, 1)


def regimes(n):
    kind = torch.randint(0, 4, (n,))
    x = torch.randn(n, 6)
    y = (x.unsqueeze(1) @ rules[kind]).squeeze(1)
    return torch.cat([x, F.one_hot(kind, 4).float()], 1), y


class MoE(nn.Module):
    def __init__(self, experts=4):
        super().__init__()
        self.router = nn.Linear(10, experts)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(10, 24), nn.ReLU(), nn.Linear(24, 1)) for _ in range(experts)
        )

    def forward(self, x):
        gates = torch.softmax(self.router(x), 1)
        weight, chosen = gates.max(1)
        out = x.new_zeros(len(x), 1)
        for i, expert in enumerate(self.experts):
            mine = chosen == i
            if mine.any():
                out[mine] = expert(x[mine]) * weight[mine, None]
        load = F.one_hot(chosen, len(self.experts)).float().mean(0)
        return out, len(self.experts) * (load * gates.mean(0)).sum()


x, y = regimes(3000)
tx, ty = regimes(600)
net = MoE()
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(15):
    total = 0.0
    for idx in torch.randperm(3000).split(100):
        pred, balance = net(x[idx])
        loss = F.mse_loss(pred, y[idx]) + 0.02 * balance
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() / 30
    print(f"epoch {epoch} loss {total:.3f}")
with torch.no_grad():
    print("METRIC r2", 1 - (F.mse_loss(net(tx)[0], ty) / ty.var()).item())
