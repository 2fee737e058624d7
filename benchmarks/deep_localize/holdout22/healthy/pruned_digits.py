"""Train a digit classifier, prune nine tenths of its weights by magnitude, then fine-tune under the masks."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.utils.prune as prune
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

digits = load_digits()
x_train, x_test, y_train, y_test = train_test_split(
    (digits.data / 16.0).astype(np.float32), digits.target, test_size=0.25, random_state=SEED
)
x_train, x_test = torch.from_numpy(x_train), torch.from_numpy(x_test)
y_train, y_test = torch.from_numpy(y_train), torch.from_numpy(y_test)

model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))


def accuracy():
    model.eval()
    with torch.no_grad():
        return (model(x_test).argmax(1) == y_test).float().mean().item()


def fit(epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for batch in torch.randperm(len(x_train)).split(64):
            optimizer.zero_grad()
            loss = criterion(model(x_train[batch]), y_train[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        print(f"  epoch {epoch} loss {total / len(x_train):.4f}")


print("dense")
fit(8, 0.1)
print("accuracy", round(accuracy(), 4))

linears = [(layer, "weight") for layer in model if isinstance(layer, nn.Linear)]
for share in (0.6, 0.9):
    done = sum((layer.weight == 0).sum().item() for layer, _ in linears)
    size = sum(layer.weight.numel() for layer, _ in linears)
    prune.global_unstructured(linears, pruning_method=prune.L1Unstructured, amount=int(share * size) - done)
    print(f"pruned to {share:.0%}, accuracy {accuracy():.4f}")
    fit(6, 0.05)

for layer, name in linears:
    prune.remove(layer, name)
zeros = sum((layer.weight == 0).sum().item() for layer, _ in linears)
print("share of zeros", round(zeros / size, 3))
print("METRIC test_accuracy", accuracy())
