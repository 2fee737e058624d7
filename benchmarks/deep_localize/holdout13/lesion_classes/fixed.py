"""Rare-class classification with class weights computed from the training set."""

import os
from collections import Counter

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def get_class_imbalance_weights(labels):
    """Share of every class, and the penalty that the loss uses."""
    counts = Counter(labels.tolist())
    total = sum(counts.values())
    weights = {c: counts[c] / total for c in sorted(counts)}
    penalty = {c: 1.0 / w for c, w in weights.items()}
    norm = sum(penalty.values())
    penalty = {c: p / norm for c, p in penalty.items()}
    return penalty, weights


def balanced_accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        pred = model(x).argmax(1)
    return float(np.mean([(pred[y == c] == c).float().mean().item() for c in y.unique()]))


x, y = make_classification(
    4000, 20, n_informative=8, n_classes=3, weights=[0.86, 0.09, 0.05], class_sep=1.3, flip_y=0.01, random_state=SEED
)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3, stratify=y, random_state=SEED)
scaler = StandardScaler().fit(x_train)
to_tensor = lambda a: torch.tensor(scaler.transform(a), dtype=torch.float32)
x_train, x_test, y_train, y_test = to_tensor(x_train), to_tensor(x_test), torch.tensor(y_train), torch.tensor(y_test)

penalty, weights = get_class_imbalance_weights(y_train)
print("penalty", {c: round(p, 3) for c, p in penalty.items()})
criterion = nn.CrossEntropyLoss(weight=torch.tensor([penalty[c] for c in sorted(penalty)]))
model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-4)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=64, shuffle=True)
for epoch in range(12):
    model.train()
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")
print(f"METRIC balanced_accuracy {balanced_accuracy(model, x_test, y_test):.4f}")
