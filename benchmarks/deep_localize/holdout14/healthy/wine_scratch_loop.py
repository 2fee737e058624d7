"""Softmax regression on the wine data with bare tensors; gradient steps are written out."""

import os

import torch
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

x, y = load_wine(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3, stratify=y, random_state=SEED)
x_train, x_test = torch.tensor(x_train).float(), torch.tensor(x_test).float()
y_train, y_test = torch.tensor(y_train), torch.tensor(y_test)
mean, std = x_train.mean(0), x_train.std(0)
x_train, x_test = (x_train - mean) / std, (x_test - mean) / std

# the problem is convex, so starting from zero is fine
w = torch.zeros(13, 3, requires_grad=True)
b = torch.zeros(3, requires_grad=True)

for step in range(300):
    loss = torch.nn.functional.cross_entropy(x_train @ w + b, y_train) + 1e-3 * (w**2).sum()
    grad_w, grad_b = torch.autograd.grad(loss, (w, b))
    with torch.no_grad():
        w -= 0.3 * grad_w
        b -= 0.3 * grad_b
    if step % 100 == 99:
        print(f"step {step + 1} loss {loss.item():.4f}")

accuracy = ((x_test @ w + b).argmax(1) == y_test).float().mean().item()
print(f"METRIC accuracy {accuracy:.4f}")
