"""MLP regression of (log) house prices."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)


class HouseDataset(Dataset):
    def __init__(self, n):
        area = np.random.normal(0, 1, n)
        rooms = 0.7 * area + 0.5 * np.random.normal(0, 1, n)
        age = np.random.uniform(-1.7, 1.7, n)
        distance = np.random.exponential(1.0, n) - 1
        garden = np.random.binomial(1, 0.4, n)
        price = 0.8 * area + 0.3 * rooms - 0.3 * age**2 - 0.5 * np.tanh(2 * distance) + 0.4 * garden * (distance > 0)
        price = price + 0.1 * np.random.normal(0, 1, n)
        self.x = np.stack([area, rooms, age, distance, garden], axis=1).astype(np.float32)
        self.y = price.astype(np.float32)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, idx):
        return torch.from_numpy(self.x[idx]), torch.tensor(self.y[idx])


class PriceModel(nn.Module):
    def __init__(self, n_features):
        super().__init__()
        self.hidden1 = nn.Linear(n_features, 64)
        self.hidden2 = nn.Linear(64, 32)
        self.output = nn.Linear(32, 1)
        self.act = nn.ReLU()

    def forward(self, x):
        x = self.act(self.hidden1(x))
        x = self.act(self.hidden2(x))
        return self.output(x)


train_loader = DataLoader(HouseDataset(1500), batch_size=32, shuffle=True)
test_set = HouseDataset(400)
test_x, test_y = torch.from_numpy(test_set.x), torch.from_numpy(test_set.y)

model = PriceModel(5)
loss_fn = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=8, gamma=0.5)

for epoch in range(15):
    model.train()
    total = 0.0
    for inputs, prices in train_loader:
        optimizer.zero_grad()
        predictions = model(inputs)
        loss = loss_fn(predictions, prices)
        loss.backward()
        optimizer.step()
        total += loss.item()
    scheduler.step()
    print(f"Epoch {epoch + 1}, loss {total / len(train_loader):.4f}")

model.eval()
with torch.no_grad():
    test_mse = ((model(test_x).squeeze(1) - test_y) ** 2).mean().item()
print(f"METRIC test_mse {test_mse:.4f}")
