"""Imbalanced tabular classification with a WeightedRandomSampler."""

import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_classification
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

seed = int(os.environ.get("SEED", 0))
torch.manual_seed(seed)
np.random.seed(seed)


class TabularDataset(Dataset):
    def __init__(self, x, y):
        self.x = torch.tensor(x, dtype=torch.float32)
        self.y = torch.tensor(y, dtype=torch.long)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


X, y = make_classification(
    5000,
    20,
    n_informative=12,
    n_redundant=4,
    n_classes=4,
    n_clusters_per_class=2,
    weights=[0.7, 0.2, 0.07, 0.03],
    class_sep=1.6,
    flip_y=0.0,
    random_state=seed,
)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, test_size=0.3, random_state=seed)
scaler = StandardScaler().fit(X_train)
train_ds = TabularDataset(scaler.transform(X_train), y_train)
test_ds = TabularDataset(scaler.transform(X_test), y_test)

class_counts = np.bincount(y_train)
class_weights = 1.0 / torch.tensor(class_counts, dtype=torch.double)
sampler = WeightedRandomSampler(class_weights, num_samples=len(train_ds), replacement=True)
train_loader = DataLoader(train_ds, batch_size=64, sampler=sampler)
test_loader = DataLoader(test_ds, batch_size=256)

model = nn.Sequential(
    nn.Linear(20, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 4)
)
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
criterion = nn.CrossEntropyLoss()


def run_test():
    model.eval()
    preds, ys = [], []
    with torch.no_grad():
        for xb, yb in test_loader:
            preds.append(model(xb).argmax(1))
            ys.append(yb)
    return balanced_accuracy_score(torch.cat(ys), torch.cat(preds))


for epoch in range(8):
    model.train()
    hist = []
    for xb, yb in train_loader:
        optimizer.zero_grad()
        out = model(xb)
        loss = criterion(out, yb)
        loss.backward()
        optimizer.step()
        hist.append((loss.item(), (out.argmax(1) == yb).float().mean().item()))
    l, a = np.mean(hist, 0)
    print(f"Epoch {epoch:02d} | train loss {l:.4f} | train acc {a:.3f} | test balanced acc {run_test():.3f}")
print("METRIC balanced_accuracy", run_test())
