"""Rare-event detection: four percent positives, weighted loss, ranked by average precision."""

import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

X, y = make_classification(
    n_samples=5000, n_features=16, n_informative=8, weights=[0.96], class_sep=1.3, flip_y=0.005, random_state=SEED
)
X_train, X_valid, y_train, y_valid = train_test_split(X, y, test_size=0.3, stratify=y, random_state=SEED)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_valid = scaler.transform(X_valid)
print(f"positives: {y_train.mean():.3%} train, {y_valid.mean():.3%} valid")

loader = DataLoader(
    TensorDataset(torch.tensor(X_train, dtype=torch.float32), torch.tensor(y_train, dtype=torch.float32)),
    batch_size=128,
    shuffle=True,
)
X_valid_t = torch.tensor(X_valid, dtype=torch.float32)

model = nn.Sequential(nn.Linear(16, 48), nn.ReLU(), nn.Dropout(0.2), nn.Linear(48, 24), nn.ReLU(), nn.Linear(24, 1))
pos_weight = torch.tensor([(1 - y_train.mean()) / y_train.mean()]).sqrt()
criterion = nn.BCEWithLogitsLoss(pos_weight=pos_weight.float())
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)

best, best_state = 0.0, None
for epoch in range(20):
    model.train()
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(model(xb).squeeze(-1), yb)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        scores = torch.sigmoid(model(X_valid_t).squeeze(-1)).numpy()
    ap = average_precision_score(y_valid, scores)
    if ap > best:
        best, best_state = ap, {k: v.clone() for k, v in model.state_dict().items()}
    print(f"epoch {epoch:2d} loss {loss.item():.4f} AP {ap:.3f} AUC {roc_auc_score(y_valid, scores):.3f}")

model.load_state_dict(best_state)
print(f"METRIC average_precision {best:.4f}")
