import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_multilabel_classification
from sklearn.metrics import f1_score
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

X, Y = make_multilabel_classification(
    n_samples=2000, n_features=30, n_classes=8, n_labels=2, length=80, allow_unlabeled=True, random_state=SEED
)
X = torch.tensor(np.log1p(X), dtype=torch.float32)
Y = torch.tensor(Y, dtype=torch.float32)
X_tr, Y_tr, X_te, Y_te = X[:1600], Y[:1600], X[1600:], Y[1600:]
pos_weight = (len(Y_tr) - Y_tr.sum(0)) / Y_tr.sum(0)
print("positive weights", pos_weight)

model = nn.Sequential(nn.BatchNorm1d(30), nn.Linear(30, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 8))
criterion = nn.BCEWithLogitsLoss(pos_weight=pos_weight.sqrt())
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(8):
    model.train()
    for xb, yb in DataLoader(TensorDataset(X_tr, Y_tr), batch_size=32, shuffle=True):
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        pred = (torch.sigmoid(model(X_te)) > 0.5).int()
    print(epoch, loss.item(), f1_score(Y_te.int(), pred, average="micro"))
print("METRIC f1", f1_score(Y_te.int(), pred, average="micro"))
