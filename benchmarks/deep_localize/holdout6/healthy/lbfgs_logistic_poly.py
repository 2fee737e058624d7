"""Wine, polynomial features, L-BFGS with strong Wolfe line search, and an L1 term by hand."""

import os

import torch
from sklearn.datasets import load_wine
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x, y = load_wine(return_X_y=True)
x = PolynomialFeatures(2, include_bias=False).fit_transform(StandardScaler().fit_transform(x))
x = torch.tensor(StandardScaler().fit_transform(x), dtype=torch.float32)
y = torch.tensor(y)
order = torch.randperm(len(x))
train, test = order[:110], order[110:]

linear = torch.nn.Linear(x.shape[1], 3)
torch.nn.init.zeros_(linear.weight)
torch.nn.init.zeros_(linear.bias)
optimizer = torch.optim.LBFGS(linear.parameters(), lr=1.0, max_iter=20, history_size=10, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    smooth_l1 = torch.sqrt(linear.weight**2 + 1e-6).sum()
    loss = torch.nn.functional.cross_entropy(linear(x[train]), y[train]) + 2e-3 * smooth_l1
    loss.backward()
    return loss


for step in range(15):
    loss = optimizer.step(closure)
    print(step, loss.item(), (linear.weight.abs() > 1e-3).float().mean().item())

with torch.no_grad():
    accuracy = (linear(x[test]).argmax(1) == y[test]).float().mean().item()
print("METRIC accuracy", accuracy)
