"""Card fraud: one payment in a hundred is bad. Training sees the data as they are, with a weight on the bad ones."""

import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.metrics import roc_auc_score
from torch.utils.data import DataLoader, TensorDataset

seed = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(seed)
torch.manual_seed(seed)
torch.set_num_threads(1)


def payments(n):
    y = (rng.random(n) < 0.01).astype(np.float32)
    x = rng.normal(size=(n, 12)).astype(np.float32)
    x[:, 0] += 1.2 * y
    x[:, 1] -= 1.0 * y
    x[:, 2] *= 1 + 1.5 * y
    x[:, 3] = np.where(y > 0, x[:, 2] * 0.8 + 0.3 * x[:, 3], x[:, 3])
    return torch.from_numpy(x), torch.from_numpy(y)


x_train, y_train = payments(16000)
x_test, y_test = payments(10000)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=250, shuffle=True)

model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1))
nn.init.constant_(model[-1].bias, -2.0)
criterion = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(20.0))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-4)

for epoch in range(6):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x).squeeze(1), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    model.eval()
    with torch.no_grad():
        auc = roc_auc_score(y_test.numpy(), model(x_test).squeeze(1).numpy())
    print(f"epoch {epoch}: loss {total / len(loader):.4f}, test AUC {auc:.4f}")

print("METRIC auc", auc)
