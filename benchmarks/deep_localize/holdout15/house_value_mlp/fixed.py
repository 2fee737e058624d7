"""Regress house values on ten standardised features."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset, random_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)


def houses(n=1500):
    x = np.random.randn(n, 10).astype(np.float32)
    value = 2.0 * x[:, 0] + np.sin(2 * x[:, 1]) + x[:, 2] * x[:, 3] - 0.5 * x[:, 4] ** 2 + 0.1 * np.random.randn(n)
    value = (value - value.mean()) / value.std()
    return TensorDataset(torch.from_numpy(x), torch.from_numpy(value.astype(np.float32)))


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(10, 64)
        self.fc2 = nn.Linear(64, 32)
        self.fc3 = nn.Linear(32, 1)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.fc3(x)


train_set, test_set = random_split(houses(), [1200, 300])
train_loader = DataLoader(train_set, batch_size=50, shuffle=True)
test_loader = DataLoader(test_set, batch_size=300)

net = Regressor()
optimizer = torch.optim.Adam(net.parameters(), lr=4e-3)
loss_fn = nn.MSELoss()

for epoch in range(16):
    net.train()
    losses = []
    for features, value in train_loader:
        optimizer.zero_grad()
        output = net(features).squeeze(1)
        loss = loss_fn(output, value)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if epoch % 4 == 3:
        print(f"epoch {epoch + 1} train loss {np.mean(losses):.4f}")

net.eval()
with torch.no_grad():
    features, value = next(iter(test_loader))
    predicted = net(features)[:, 0]
    r2 = 1 - ((predicted - value) ** 2).sum() / ((value - value.mean()) ** 2).sum()
print("METRIC test_r2", round(r2.item(), 4))
