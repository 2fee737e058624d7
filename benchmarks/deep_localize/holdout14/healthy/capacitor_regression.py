"""Predicts capacitances (picofarads, given in farads) from plate geometry; works in log space."""

import os

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

EPSILON_0 = 8.854e-12
n = 2400
area = 10 ** (-4 + 1.5 * torch.rand(n, dtype=torch.float64))
gap = 10 ** (-4 + torch.rand(n, dtype=torch.float64))
permittivity = 1 + 9 * torch.rand(n, dtype=torch.float64)
fringe = 1 + 0.3 * torch.sqrt(gap / area.sqrt())
capacity = EPSILON_0 * permittivity * area / gap * fringe * (1 + 0.02 * torch.randn(n, dtype=torch.float64))

inputs = torch.stack([area.log10(), gap.log10(), permittivity], dim=1).float()
target = capacity.log().float().unsqueeze(1)
train, test = slice(0, 2000), slice(2000, n)


class CapacityNet(nn.Module):
    def __init__(self, x_mean, x_std, y_mean, y_std, width=32):
        super().__init__()
        for name, value in dict(x_mean=x_mean, x_std=x_std, y_mean=y_mean, y_std=y_std).items():
            self.register_buffer(name, value)
        self.hidden = nn.Sequential(
            nn.Linear(3, width), nn.LayerNorm(width), nn.SiLU(), nn.Linear(width, width), nn.LayerNorm(width), nn.SiLU()
        )
        self.out = nn.Linear(width, 1)

    def forward(self, x):
        return self.out(self.hidden((x - self.x_mean) / self.x_std))

    def log_capacity(self, x):
        return self.forward(x) * self.y_std + self.y_mean


model = CapacityNet(inputs[train].mean(0), inputs[train].std(0), target[train].mean(0), target[train].std(0))
decay = [p for p in model.parameters() if p.ndim > 1]
plain = [p for p in model.parameters() if p.ndim <= 1]
optimizer = torch.optim.AdamW(
    [{"params": decay, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}], lr=4e-3
)
loader = DataLoader(TensorDataset(inputs[train], target[train]), batch_size=64, shuffle=True)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, total_iters=15 * len(loader))

for epoch in range(15):
    model.train()
    for x, y in loader:
        loss = nn.functional.mse_loss(model(x), (y - model.y_mean) / model.y_std)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    print(f"epoch {epoch} loss {loss.item():.5f} rate {scheduler.get_last_lr()[0]:.5f}")

model.eval()
with torch.no_grad():
    predicted = model.log_capacity(inputs[test]).double().exp()
mape = (predicted.squeeze(1) / capacity[test] - 1).abs().mean().item()
print(f"METRIC mape {mape:.4f}")
