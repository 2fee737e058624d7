"""Predict the value two steps ahead of ramps with different slopes, one LSTM and a linear read-out."""

import os

import numpy as np
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

L = 15
N_TRAIN, N_TEST = 64, 64


def ramps(n):
    start = np.random.uniform(-0.5, 0.5, (n, 1))
    slope = np.random.uniform(-0.08, 0.08, (n, 1))
    wave = 0.2 * np.sin(np.arange(L + 2)[None] * np.random.uniform(0.3, 0.6, (n, 1)))
    s = start + slope * np.arange(L + 2)[None] + wave
    return torch.tensor(s[:, :L, None], dtype=torch.float), torch.tensor(s[:, 2:], dtype=torch.float)


x, y = ramps(N_TRAIN)
x_test, y_test = ramps(N_TEST)

lstm = torch.nn.LSTM(input_size=1, hidden_size=32, num_layers=1, batch_first=True)
linear = torch.nn.Linear(32, 1)
criterion = torch.nn.MSELoss()
params = list(lstm.parameters()) + list(linear.parameters())
optimizer = torch.optim.Adam(params, lr=5e-3)


def predict(inputs):
    hidden = (torch.zeros(1, len(inputs), 32), torch.zeros(1, len(inputs), 32))
    output, hidden = lstm(inputs, hidden)
    return linear(output).squeeze(-1)


for j in range(250):
    loss = criterion(predict(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if j % 50 == 0:
        print(j, loss.item())

with torch.no_grad():
    error = criterion(predict(x_test), y_test).item()
print("METRIC test_mse", round(error, 6))
