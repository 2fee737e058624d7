"""Leaf-type classification from shape descriptors, written after a Kaggle notebook."""

import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_classification

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)


class LeafData:
    """Holds the table, shuffles it once and serves a train and a valid part."""

    def __init__(self, split=0.8):
        self.table, self.raw_labels = make_classification(
            n_samples=1500, n_features=20, n_informative=12, n_classes=4, class_sep=1.6, flip_y=0.01, random_state=SEED
        )
        self.table = (self.table - self.table.mean(0)) / self.table.std(0)
        order = np.random.permutation(len(self.table))
        self.table = self.table[order]
        self.labels = self.raw_labels[order]
        self.border = int(split * len(self.table))

    def part(self, train):
        rows = slice(None, self.border) if train else slice(self.border, None)
        return torch.tensor(self.table[rows], dtype=torch.float32), torch.tensor(self.labels[rows])


class LeafModel(nn.Module):
    def __init__(self, n_features, n_classes, dropout=0.1):
        super().__init__()
        self.block1 = nn.Sequential(nn.Linear(n_features, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(dropout))
        self.block2 = nn.Sequential(nn.Linear(64, 32), nn.ReLU())
        self.head = nn.Linear(32, n_classes)

    def forward(self, x):
        return self.head(self.block2(self.block1(x)))


def fit(model, data, epochs=20, batch_size=40):
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-3)
    criterion = nn.CrossEntropyLoss()
    x, y = data.part(train=True)
    xv, yv = data.part(train=False)
    for epoch in range(epochs):
        model.train()
        for batch in torch.randperm(len(x)).split(batch_size):
            optimizer.zero_grad()
            loss = criterion(model(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            logits = model(xv)
            valid_loss = criterion(logits, yv).item()
            valid_accuracy = (logits.argmax(1) == yv).float().mean().item()
        if epoch % 5 == 4:
            print(f"epoch {epoch + 1} loss {loss.item():.3f} valid {valid_loss:.3f} accuracy {valid_accuracy:.3f}")
    return valid_accuracy


data = LeafData()
accuracy = fit(LeafModel(20, 4), data)
print(f"METRIC accuracy {accuracy:.4f}")
