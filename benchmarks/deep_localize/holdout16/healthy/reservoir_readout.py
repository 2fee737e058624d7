"""Echo state network: a fixed random recurrent reservoir, only the readout is trained."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class Reservoir(nn.Module):
    def __init__(self, n_in, size=120, radius=0.9, leak=0.5):
        super().__init__()
        recurrent = torch.randn(size, size) * (torch.rand(size, size) < 0.1)
        recurrent *= radius / torch.linalg.eigvals(recurrent).abs().max()
        self.register_buffer("recurrent", recurrent)
        self.inputs = nn.Linear(n_in, size)
        self.inputs.requires_grad_(False)
        self.leak = leak

    @torch.no_grad()
    def forward(self, series):
        state, states = torch.zeros(len(self.recurrent)), []
        for value in self.inputs(series):
            state = (1 - self.leak) * state + self.leak * torch.tanh(value + state @ self.recurrent)
            states.append(state)
        return torch.stack(states)


def coupled_oscillators(length):
    """Two noisy coupled oscillators seen through one sensor."""
    x = torch.randn(4)
    seen = []
    for _ in range(length):
        a, va, b, vb = x
        x = x + 0.25 * torch.stack([va, -a + 0.4 * (1 - a**2) * va + 0.2 * b, vb, -1.7 * b + 0.2 * a - 0.02 * vb])
        x = x.clamp(-4, 4)
        seen.append(x[0] + 0.5 * x[2] + 0.01 * torch.randn(()))
    return torch.stack(seen).unsqueeze(1)


series = coupled_oscillators(1650)[50:]
series = (series - series[:1100].mean()) / series[:1100].std()
AHEAD, WASHOUT = 4, 60
reservoir = Reservoir(1)
states = reservoir(series)[WASHOUT:-AHEAD]
goals = series[WASHOUT + AHEAD :]
split = 1050
mean, std = states[:split].mean(0), states[:split].std(0) + 1e-6
states = (states - mean) / std

readout = nn.Linear(states.size(1), 1)
optimizer = torch.optim.Adam(readout.parameters(), lr=5e-3, weight_decay=1e-5)
loader = torch.utils.data.DataLoader(
    torch.utils.data.TensorDataset(states[:split], goals[:split]), batch_size=50, shuffle=True
)
for epoch in range(60):
    total = 0.0
    for state, goal in loader:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(readout(state), goal)
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 10 == 9:
        print(f"epoch {epoch + 1} mse {total / len(loader):.5f}")

readout.eval()
with torch.no_grad():
    error = nn.functional.mse_loss(readout(states[split:]), goals[split:]).item()
print(f"METRIC nmse {error / goals[split:].var().item():.5f}")
