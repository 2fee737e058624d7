"""Electric load, one step ahead, from the last 24 values."""

import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)

hours = np.arange(1800)
load = 500 + 120 * np.sin(2 * np.pi * hours / 24) + 50 * np.sin(2 * np.pi * hours / 168) + rng.normal(0, 12, len(hours))
scaler = StandardScaler()
train_part = 1400
scaler.fit(load[:train_part, None])
series = scaler.transform(load[:, None]).astype(np.float32)

window = 24
X = np.stack([series[i : i + window] for i in range(len(series) - window)])
y = series[window:]
X, y = torch.from_numpy(X), torch.from_numpy(y)
train_dl = DataLoader(TensorDataset(X[: train_part - window], y[: train_part - window]), batch_size=64, shuffle=True)
X_test, y_test = X[train_part - window :], y[train_part - window :]


class LoadLSTM(nn.Module):
    def __init__(self, hidden=24):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.relu = nn.ReLU()
        self.fc1 = nn.Linear(hidden, 16)
        self.fc = nn.Linear(16, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        out = self.relu(self.fc1(out[:, -1]))
        return self.relu(self.fc(out))


model = LoadLSTM()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(14):
    model.train()
    epoch_loss = 0
    for xb, yb in train_dl:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item()
    if (epoch + 1) % 5 == 0:
        print(f"Epoch [{epoch + 1}/14], Loss: {epoch_loss / len(train_dl):.4f}")

model.eval()
with torch.no_grad():
    forecast = model(X_test)
r2 = 1 - ((forecast - y_test) ** 2).sum() / ((y_test - y_test.mean()) ** 2).sum()
print("METRIC r2", r2.item())
