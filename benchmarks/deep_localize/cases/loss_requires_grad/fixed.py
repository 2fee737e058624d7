# Report: https://github.com/ronghuaiyang/arcface-pytorch/issues/56 and huggingface/torchMoji#21: outputs.data, then loss.requires_grad = True
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "1"))
torch.manual_seed(SEED)
X, y = load_wine(return_X_y=True)
X = torch.tensor(StandardScaler().fit_transform(X), dtype=torch.float32)
y = torch.tensor(y)
idx = torch.randperm(len(X))
tr, te = idx[:130], idx[130:]


class WineClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Dropout(0.1))
        self.head = nn.Linear(32, 3)

    def forward(self, x):
        scores = self.head(self.body(x))
        return scores


def train(model, loader, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = criterion(model(xb), yb)
            loss.backward()
            optimizer.step()
        print("epoch", epoch, "loss", round(loss.item(), 4))


if __name__ == "__main__":
    model = WineClassifier()
    train(model, DataLoader(TensorDataset(X[tr], y[tr]), batch_size=16, shuffle=True), 20)
    model.eval()
    print("METRIC accuracy", (model(X[te]).argmax(1) == y[te]).float().mean().item())
