"""A recurrent network forecasts a bursty traffic count; gradients are to be clipped."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

clip, epochs, hidden = 0.5, 12, 24


def traffic(n, steps=24):
    t = torch.arange(steps + 1).float()
    phase, level = 6.28 * torch.rand(n, 1), 5 + 10 * torch.rand(n, 1)
    series = level * (1 + 0.7 * torch.sin(t * 0.6 + phase)) + torch.randn(n, steps + 1)
    burst = (torch.rand(n, steps + 1) < 0.003).float() * 60
    return (series + burst).unsqueeze(-1)


class RecurrentForecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(1, hidden, nonlinearity="relu", batch_first=True)
        nn.init.eye_(self.rnn.weight_hh_l0)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.head(self.rnn(x)[0])


train, test = traffic(800), traffic(200)
model = RecurrentForecast()
optimizer = torch.optim.SGD(model.parameters(), lr=0.15)
for epoch in range(epochs):
    total = 0.0
    for idx in torch.randperm(len(train)).split(16):
        x, y = train[idx, :-1] / 10, train[idx, 1:] / 10
        loss = (model(x) - y).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        nn.utils.clip_grad_norm_(model.parameters(), clip)
        total += loss.item() / 50
    print(f"epoch {epoch} loss {total:.4f}")

with torch.no_grad():
    error = (model(test[:, :-1] / 10) - test[:, 1:] / 10).abs().median().item()
print("METRIC error", error)
