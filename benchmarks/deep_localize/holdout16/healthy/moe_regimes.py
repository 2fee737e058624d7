"""Sparse mixture of experts (top-1 routing with a balancing term) on a function with several regimes."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def plant(n):
    """Power output: another formula in every quadrant of the first two inputs."""
    x = torch.rand(n, 4) * 2 - 1
    a = torch.sin(3 * x[:, 2]) + x[:, 3]
    b = x[:, 2] * x[:, 3] * 2
    c = 1.5 * x[:, 2].abs() - x[:, 3] ** 2
    d = -x[:, 2] + 0.5 * torch.cos(4 * x[:, 3])
    left, low = x[:, 0] < 0, x[:, 1] < 0
    y = torch.where(left, torch.where(low, a, b), torch.where(low, c, d))
    return x, (y + 0.02 * torch.randn(n)).unsqueeze(1)


class MoELayer(nn.Module):
    def __init__(self, dim, n_experts=4, hidden=64):
        super().__init__()
        self.router = nn.Linear(dim, n_experts)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim)) for _ in range(n_experts)
        )

    def forward(self, x):
        gate = self.router(x).softmax(-1)
        weight, choice = gate.max(-1)
        out = torch.zeros_like(x)
        for e, expert in enumerate(self.experts):
            rows = (choice == e).nonzero().squeeze(1)
            if len(rows):
                out = out.index_add(0, rows, expert(x[rows]) * weight[rows].unsqueeze(1))
        share = F.one_hot(choice, len(self.experts)).float().mean(0)
        balance = len(self.experts) * (share * gate.mean(0)).sum()
        return out, balance


class Net(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(4, dim), nn.GELU(), nn.Linear(dim, dim))
        self.norm = nn.LayerNorm(dim)
        self.moe = MoELayer(dim)
        self.head = nn.Linear(dim, 1)

    def forward(self, x):
        h = self.embed(x)
        mixed, balance = self.moe(self.norm(h))
        return self.head(h + mixed), balance


x, y = plant(3500)
x_test, y_test = plant(800)
net = Net()
optimizer = torch.optim.AdamW(net.parameters(), lr=4e-3, weight_decay=1e-3)
epochs, size = 13, 64
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=epochs * -(-len(x) // size))

for epoch in range(epochs):
    net.train()
    for rows in torch.randperm(len(x)).split(size):
        pred, balance = net(x[rows])
        mse = F.mse_loss(pred, y[rows])
        loss = mse + 0.01 * balance
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    net.eval()
    with torch.no_grad():
        test_mse = F.mse_loss(net(x_test)[0], y_test).item()
    print(f"epoch {epoch} mse {mse.item():.4f} balance {balance.item():.3f} test {test_mse:.4f}")

r2 = 1 - test_mse / y_test.var().item()
print(f"METRIC r2 {r2:.4f}")
