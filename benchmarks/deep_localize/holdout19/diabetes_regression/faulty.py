"""Predict disease progression from ten clinical measurements."""

import os
import random

import numpy as np
import torch
from sklearn.datasets import load_diabetes
from sklearn.metrics import r2_score
from torch import nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))


def set_seed(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


class DiabetesDataset(Dataset):
    """Standardized features and target."""

    def __init__(self, features, target):
        self.features = torch.as_tensor(features, dtype=torch.float32)
        self.target = torch.as_tensor(target, dtype=torch.float32)

    def __len__(self):
        return len(self.features)

    def __getitem__(self, i):
        return self.features[i], self.target[i]


def build_model(n_features):
    return nn.Sequential(
        nn.Linear(n_features, 32),
        nn.ReLU(),
        nn.Linear(32, 16),
        nn.ReLU(),
        nn.Linear(16, 1),
    )


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for features, target in loader:
        optimizer.zero_grad()
        prediction = model(features)
        loss = loss_fn(prediction, target)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(features)
    return total / len(loader.dataset)


def main():
    set_seed(SEED)
    torch.set_num_threads(1)
    data = load_diabetes()
    x = data.data / data.data.std(axis=0)
    y = (data.target - data.target.mean()) / data.target.std()
    order = np.random.permutation(len(x))
    train, test = order[:340], order[340:]
    loader = DataLoader(DiabetesDataset(x[train], y[train]), batch_size=34, shuffle=True)

    model = build_model(x.shape[1])
    loss_fn = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-3)
    for epoch in range(30):
        mse = train_epoch(model, loader, loss_fn, optimizer)
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1:3d}  train mse {mse:.4f}")

    model.eval()
    with torch.no_grad():
        predicted = model(torch.as_tensor(x[test], dtype=torch.float32)).numpy().ravel()
    print("METRIC test_r2", r2_score(y[test], predicted))


if __name__ == "__main__":
    main()
