"""Hourly demand for rental bikes from the weather and the time of the day."""

import os
import random

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def bike_table(hours=2400):
    frame = pd.DataFrame({"hour": np.arange(hours) % 24, "day": (np.arange(hours) // 24) % 7})
    frame["temp"] = 14 + 8 * np.sin(frame.hour / 24 * 2 * np.pi - 2) + np.random.randn(hours) * 3
    frame["rain"] = (np.random.rand(hours) < 0.15).astype(float)
    rush = np.exp(-((frame.hour - 8) ** 2) / 4) + np.exp(-((frame.hour - 17.5) ** 2) / 6)
    weekend = (frame.day >= 5).astype(float)
    leisure = np.exp(-((frame.hour - 14) ** 2) / 18)
    demand = 240 * rush * (1 - weekend) + 200 * leisure * weekend + 5 * frame.temp
    frame["count"] = (demand * (1 - 0.5 * frame.rain) + np.random.randn(hours) * 10).clip(lower=0)
    return frame


class BikeDataset(Dataset):
    def __init__(self, frame):
        angle = frame.hour / 24 * 2 * np.pi
        columns = [
            np.sin(angle),
            np.cos(angle),
            np.sin(2 * angle),
            np.cos(2 * angle),
            (frame.day >= 5).astype(float),
            (frame.temp - 14) / 8,
            frame.rain,
        ]
        self.x = torch.tensor(np.column_stack(columns), dtype=torch.float32)
        self.y = torch.tensor(frame["count"].to_numpy() / 100, dtype=torch.float32)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, index):
        return self.x[index], self.y[index]


class DemandModel(nn.Module):
    def __init__(self, n_inputs):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_inputs, 64),
            nn.ReLU(),
            nn.Linear(64, 64),
            nn.ReLU(),
            nn.Linear(64, 1),
        )

    def forward(self, x):
        return self.layers(x)


table = bike_table().sample(frac=1.0, random_state=SEED)
train_set, test_set = BikeDataset(table[:1900]), BikeDataset(table[1900:])
loader = DataLoader(train_set, batch_size=50, shuffle=True)

model = DemandModel(train_set.x.shape[1])
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)

for epoch in range(20):
    model.train()
    running_loss = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        outputs = model(x)
        loss = criterion(outputs, y.unsqueeze(1))
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    print(f"Epoch {epoch + 1}, loss: {running_loss / len(loader):.4f}")

model.eval()
with torch.no_grad():
    predictions = model(test_set.x).numpy()[:, 0]
truth = test_set.y.numpy()
r2 = 1 - ((predictions - truth) ** 2).mean() / truth.var()
print("METRIC r2", float(r2))
