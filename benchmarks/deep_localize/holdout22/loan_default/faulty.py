"""Which loans will default: a feed-forward network on an application table."""

import os
import random

import numpy as np
import pandas as pd
import torch
import torch.nn as nn
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def application_table(rows):
    income = np.random.lognormal(10.8, 0.5, rows)
    amount = np.random.uniform(2_000, 60_000, rows)
    frame = pd.DataFrame(
        {
            "age": np.random.randint(21, 70, rows),
            "income": income,
            "amount": amount,
            "rate": np.random.uniform(0.03, 0.19, rows),
            "late_payments": np.random.poisson(0.7, rows),
            "utilisation": np.random.beta(2, 3, rows),
            "employed_days": np.random.exponential(1500, rows),
        }
    )
    score = (
        1.1 * frame.late_payments
        + 5.0 * (frame.utilisation - 0.4)
        + 12.0 * (frame.rate - 0.11)
        + 1.5 * (amount / income - 0.6)
        - 0.03 * (frame.age - 45)
        - 0.9
    )
    frame["default"] = (score + np.random.logistic(0, 0.6, rows) > 0).astype(int)
    return frame


class DefaultNet(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.fc1 = nn.Linear(inputs, 48)
        self.fc2 = nn.Linear(48, 24)
        self.out = nn.Linear(24, 1)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.out(x).squeeze(-1)


frame = application_table(3000)
X = frame.drop(columns="default").to_numpy(dtype=np.float32)
y = frame["default"].to_numpy(dtype=np.float32)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=SEED)
X_train, X_test = torch.tensor(X_train, dtype=torch.float32), torch.tensor(X_test, dtype=torch.float32)
y_train = torch.tensor(y_train)
print("rows", len(frame), "defaults", round(float(y.mean()), 3))

model = DefaultNet(X_train.shape[1])
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(15):
    model.train()
    total = 0.0
    permutation = torch.randperm(len(X_train))
    for batch in permutation.split(64):
        optimizer.zero_grad()
        loss = criterion(model(X_train[batch]), y_train[batch])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1}: loss {total / len(X_train):.4f}")

model.eval()
with torch.no_grad():
    scores = model(X_test).numpy()
print(f"METRIC test_auc {roc_auc_score(y_test, scores):.4f}")
