"""Wine cultivars from raw measurements (up to 1700): the first layer is a batch norm."""

import os

import torch
import torch.nn as nn
from sklearn.datasets import load_wine
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

wine = load_wine()
x = torch.tensor(wine.data, dtype=torch.float32)
y = torch.tensor(wine.target)
order = torch.randperm(len(x))
x_train, y_train, x_test, y_test = x[order[:120]], y[order[:120]], x[order[120:]], y[order[120:]]
print("feature maxima", x_train.amax(0).tolist())

model = nn.Sequential(
    nn.BatchNorm1d(13),
    nn.Linear(13, 24),
    nn.ReLU(),
    nn.Linear(24, 3),
)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=20, shuffle=True)


def accuracy():
    model.eval()
    with torch.no_grad():
        return (model(x_test).argmax(1) == y_test).float().mean().item()


for epoch in range(80):
    model.train()
    for features, target in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(features), target)
        loss.backward()
        optimizer.step()
    if epoch % 10 == 9:
        print(f"epoch {epoch + 1} loss {loss.item():.4f} accuracy {accuracy():.3f}")

print("METRIC accuracy", accuracy())
