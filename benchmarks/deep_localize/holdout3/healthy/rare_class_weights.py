import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_classification
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

X, y = make_classification(
    n_samples=4000,
    n_features=12,
    n_informative=6,
    n_clusters_per_class=1,
    weights=[0.95],
    flip_y=0.0,
    class_sep=1.2,
    random_state=SEED,
)
X = X.astype(np.float32)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=SEED)
counts = np.bincount(y_train)
weight = torch.tensor(len(y_train) / (2.0 * counts), dtype=torch.float32)
print("class weights", weight)

loader = DataLoader(TensorDataset(torch.tensor(X_train), torch.tensor(y_train)), batch_size=32, shuffle=True)
model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 2))
criterion = nn.CrossEntropyLoss(weight=weight)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(5):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
with torch.no_grad():
    pred = model(torch.tensor(X_test)).argmax(1).numpy()
print("METRIC balanced_accuracy", balanced_accuracy_score(y_test, pred))
