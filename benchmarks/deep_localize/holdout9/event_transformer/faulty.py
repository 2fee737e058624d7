"""A small transformer reads a series with one flagged event and tells the event's height above the series' mean."""

import math
import os

import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(int(os.environ.get("SEED", 0)))

LENGTH, DIM, STEPS, BATCH = 14, 32, 350, 64


def draw(n):
    values = torch.randn(n, LENGTH)
    flags = torch.zeros(n, LENGTH)
    where = torch.randint(LENGTH, (n,))
    flags[torch.arange(n), where] = 1.0
    target = values[torch.arange(n), where] - values.mean(1)
    return torch.stack([values, flags], dim=-1), target.unsqueeze(1)


class PositionalEncoding(nn.Module):
    def __init__(self, dim, max_len=64):
        super().__init__()
        pos = torch.arange(max_len).unsqueeze(1).float()
        div = torch.exp(torch.arange(0, dim, 2).float() * (-math.log(1000.0) / dim))
        table = torch.zeros(1, max_len, dim)
        table[0, :, 0::2] = torch.sin(pos * div)
        table[0, :, 1::2] = torch.cos(pos * div)
        self.register_buffer("table", table)

    def forward(self, x):
        return x + 0.3 * self.table[:, : x.size(1)]


class EventModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = nn.Linear(2, DIM)
        self.query = nn.Parameter(0.02 * torch.randn(1, 1, DIM))
        self.positions = PositionalEncoding(DIM)
        layer = nn.TransformerEncoderLayer(d_model=DIM, nhead=4, dim_feedforward=64, dropout=0.0)
        self.encoder = nn.TransformerEncoder(layer, num_layers=2, enable_nested_tensor=False)
        self.head = nn.Linear(DIM, 1)

    def forward(self, series):
        tokens = self.positions(self.project(series))
        tokens = torch.cat([self.query.expand(series.size(0), -1, -1), tokens], dim=1)
        return self.head(self.encoder(tokens)[:, 0])


model = EventModel()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-4)
warmup = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 40))
loss_fn = nn.MSELoss()
x_valid, y_valid = draw(512)

for step in range(1, STEPS + 1):
    model.train()
    x, y = draw(BATCH)
    loss = loss_fn(model(x), y)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    warmup.step()
    if step % 70 == 0:
        print(f"step {step}: train mse {loss.item():.3f}")

model.eval()
with torch.no_grad():
    error = ((model(x_valid) - y_valid) ** 2).mean()
print("METRIC r2", 1.0 - (error / y_valid.var()).item())
