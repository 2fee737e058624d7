"""Several lab values from an incomplete panel: missing inputs get a flag, missing targets do not count in the loss."""

import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
rng = np.random.default_rng(SEED)

N, INPUTS, OUTPUTS = 3000, 10, 4
latent = rng.standard_normal((N, 3))
panel = latent @ rng.standard_normal((3, INPUTS)) + 0.3 * rng.standard_normal((N, INPUTS))
values = np.tanh(latent @ rng.standard_normal((3, OUTPUTS))) + 0.1 * rng.standard_normal((N, OUTPUTS))
panel[rng.random(panel.shape) < 0.3] = np.nan
observed = values.copy()
observed[rng.random(values.shape) < 0.5] = np.nan

train, test = slice(0, 2400), slice(2400, N)
mean, std = np.nanmean(panel[train], axis=0), np.nanstd(panel[train], axis=0)
filled = np.nan_to_num((panel - mean) / std, nan=0.0)
x = torch.tensor(np.concatenate([filled, np.isnan(panel)], axis=1), dtype=torch.float32)
y = torch.tensor(observed, dtype=torch.float32)
truth = torch.tensor(values, dtype=torch.float32)


def masked_mse(pred, target):
    known = ~torch.isnan(target)
    squared = (pred - torch.where(known, target, 0.0)) ** 2
    return (squared * known).sum() / known.sum().clamp(min=1)


class PanelNet(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.shared = nn.Sequential(nn.Linear(2 * INPUTS, width), nn.ELU(), nn.Linear(width, width), nn.ELU())
        self.heads = nn.ModuleDict({f"lab{i}": nn.Linear(width, 1) for i in range(OUTPUTS)})

    def forward(self, inputs):
        h = self.shared(inputs)
        return torch.cat([head(h) for head in self.heads.values()], dim=1)


model = PanelNet()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 12)
loader = DataLoader(TensorDataset(x[train], y[train]), batch_size=64, shuffle=True)
for epoch in range(12):
    model.train()
    total = 0.0
    for xb, yb in loader:
        loss = masked_mse(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    scheduler.step()
    print(f"epoch {epoch} loss {total / len(loader):.4f}")

model.eval()
with torch.no_grad():
    pred = model(x[test])
r2 = (1 - ((pred - truth[test]) ** 2).mean(0) / truth[test].var(0)).mean().item()
print(f"METRIC r2 {r2:.4f}")
