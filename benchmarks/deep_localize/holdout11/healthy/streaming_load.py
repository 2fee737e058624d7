"""Streams electricity load through a stateful GRU with truncated back-propagation; the state is kept and detached between chunks."""

import math
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
HOUSES, CHUNK = 16, 24


def load_curves(hours):
    t = torch.arange(hours)
    base = 1 + 0.3 * torch.rand(HOUSES, 1)
    daily = 0.6 * torch.sin(2 * math.pi * (t / 24 + torch.rand(HOUSES, 1)))
    weekend = 0.4 * ((t // 24) % 7 >= 5).float()
    noise = torch.zeros(HOUSES, hours)
    for i in range(1, hours):
        noise[:, i] = 0.8 * noise[:, i - 1] + 0.08 * torch.randn(HOUSES)
    return base + daily + weekend + noise


curves = load_curves(24 * 42)
split = 24 * 35
mean, std = curves[:, :split].mean(), curves[:, :split].std()
z = ((curves - mean) / std).unsqueeze(-1)


class Streamer(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.cell = nn.GRU(1, width, batch_first=True)
        self.out = nn.Linear(width, 1)

    def forward(self, x, state=None):
        h, state = self.cell(x, state)
        return x + self.out(h), state


model = Streamer()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(8):
    model.train()
    state, total, count = None, 0.0, 0
    for start in range(0, split - CHUNK - 1, CHUNK):
        x, y = z[:, start : start + CHUNK], z[:, start + 1 : start + CHUNK + 1]
        if state is not None:
            state = state.detach()
        predicted, state = model(x, state)
        loss = nn.functional.mse_loss(predicted, y)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total, count = total + loss.item(), count + 1
    print(f"epoch {epoch + 1}: mse {total / count:.4f}")

model.eval()
with torch.no_grad():
    predicted, _ = model(z[:, :-1])
    error = (predicted - z[:, 1:])[:, split:].pow(2).mean()
    naive = (z[:, :-1] - z[:, 1:])[:, split:].pow(2).mean()
print(f"naive forecast {naive:.4f}")
print("METRIC skill", round(1 - (error / naive).item(), 4))
