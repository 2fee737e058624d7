"""One encoder for three targets; the encoder and the heads have an optimizer each."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def measure(n):
    """30 sensors that see 4 hidden quantities through noise; targets are functions of the quantities."""
    g = torch.Generator().manual_seed(21)
    mixing = torch.randn(4, 30, generator=g)
    z = torch.rand(n, 4) * 2 - 1
    x = torch.sin(1.5 * z @ mixing) + 0.1 * torch.randn(n, 30)
    targets = torch.stack([z[:, 0] * z[:, 1], z[:, 2].abs(), z[:, 3] ** 2 - z[:, 0]], 1)
    return x, (targets - targets.mean(0)) / targets.std(0)


class Encoder(nn.Module):
    def __init__(self, code=6):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(30, 64), nn.ELU(), nn.Linear(64, 64), nn.ELU(), nn.Linear(64, code))

    def forward(self, x):
        return torch.tanh(self.layers(x))


class Head(nn.Module):
    def __init__(self, code=6):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(code, 24), nn.ELU(), nn.Linear(24, 1))

    def forward(self, h):
        return self.layers(h).squeeze(1)


encoder = Encoder()
heads = nn.ModuleList(Head() for _ in range(3))
opt_encoder = torch.optim.Adam(encoder.parameters(), lr=2e-3)
opt_heads = torch.optim.Adam(heads.parameters(), lr=4e-3)
loss_fn = nn.MSELoss()
x_train, y_train = measure(2000)
x_test, y_test = measure(500)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=64, shuffle=True)

for epoch in range(20):
    encoder.train()
    for x, y in loader:
        h = encoder(x)
        loss = sum(loss_fn(head(h), y[:, i]) for i, head in enumerate(heads))
        opt_encoder.zero_grad()
        opt_heads.zero_grad()
        loss.backward()
        opt_heads.step()
        opt_encoder.step()
    if epoch % 4 == 3:
        print(f"epoch {epoch + 1}: loss {loss.item():.4f}")

encoder.eval()
with torch.no_grad():
    h = encoder(x_test)
    mse = sum(loss_fn(head(h), y_test[:, i]).item() for i, head in enumerate(heads)) / 3
print("METRIC mse", mse)
