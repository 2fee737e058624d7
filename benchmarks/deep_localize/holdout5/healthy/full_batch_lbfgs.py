# multinomial logistic regression with quadratic features, L-BFGS with a closure
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_wine

torch.manual_seed(int(os.environ.get("SEED", "0")))
X, y = load_wine(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float64)
y = torch.tensor(y)
X = torch.cat([X, X**2 - 1], 1)
order = torch.randperm(len(y))
train, test = order[:120], order[120:]

model = nn.Linear(X.shape[1], 3, dtype=torch.float64)
nn.init.zeros_(model.weight)
nn.init.zeros_(model.bias)
optimizer = torch.optim.LBFGS(model.parameters(), lr=1, max_iter=10, history_size=10, line_search_fn="strong_wolfe")
criterion = nn.CrossEntropyLoss()


def closure():
    optimizer.zero_grad()
    penalty = 1e-3 * model.weight.pow(2).sum()
    loss = criterion(model(X[train]), y[train]) + penalty
    loss.backward()
    return loss


for i in range(12):
    loss = optimizer.step(closure)
    print(i, loss.item())

with torch.no_grad():
    print("METRIC accuracy", (model(X[test]).argmax(1) == y[test]).double().mean().item())
