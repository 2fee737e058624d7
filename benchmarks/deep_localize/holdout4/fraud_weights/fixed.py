import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.metrics import recall_score
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)

# 1 transaction in 15 is a fraud, and frauds look much like the others
n_good, n_fraud = 2800, 200
good = rng.normal(0, 1, (n_good, 10))
fraud = rng.normal(0, 1, (n_fraud, 10)) + 0.65
X = np.vstack([good, fraud]).astype("float32")
y = np.r_[np.zeros(n_good), np.ones(n_fraud)].astype("int64")
perm = rng.permutation(len(y))
X, y = torch.from_numpy(X[perm]), torch.from_numpy(y[perm])

counts = torch.bincount(y[:2000]).float()
class_weights = counts.sum() / (2 * counts)
model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 2))
criterion = nn.CrossEntropyLoss(weight=class_weights)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
loader = DataLoader(TensorDataset(X[:2000], y[:2000]), batch_size=50, shuffle=True)
for epoch in range(8):
    epoch_loss = 0
    for features, target in loader:
        optimizer.zero_grad()
        loss = criterion(model(features), target)
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item()
    print(f"epoch {epoch + 1}/8: {epoch_loss / len(loader):.4f}")
with torch.no_grad():
    pred = model(X[2000:]).argmax(1).numpy()
recalls = recall_score(y[2000:].numpy(), pred, average=None)
print("METRIC balanced_accuracy", recalls.mean())
