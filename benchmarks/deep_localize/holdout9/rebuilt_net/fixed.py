# Breast tumours: the network is first built for ten features, later rebuilt for all thirty.
import os

import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def build(n_features):
    return nn.Sequential(
        nn.Linear(n_features, 32),
        nn.BatchNorm1d(32),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(32, 16),
        nn.ReLU(),
        nn.Linear(16, 1),
    )


def run_epochs(net, optimizer, x, y, epochs):
    criterion = nn.BCEWithLogitsLoss()
    for epoch in range(epochs):
        net.train()
        total = 0.0
        for idx in torch.randperm(len(x)).split(20):
            optimizer.zero_grad()
            loss = criterion(net(x[idx]).squeeze(1), y[idx])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(idx)
        if epoch % 5 == 0:
            print(f"  epoch {epoch}: {total / len(x):.4f}")


data = load_breast_cancer()
table = torch.tensor(StandardScaler().fit_transform(data.data), dtype=torch.float32)
target = torch.tensor(data.target, dtype=torch.float32)
order = torch.randperm(len(table))
train, test = order[:420], order[420:]

net1 = build(10)
optimizer = optim.Adam(net1.parameters(), lr=3e-3)
print("ten features")
run_epochs(net1, optimizer, table[train, :10], target[train], 10)

net1 = build(30)
optimizer = optim.Adam(net1.parameters(), lr=3e-3)
print("thirty features")
run_epochs(net1, optimizer, table[train], target[train], 40)

net1.eval()
with torch.no_grad():
    logits = net1(table[test]).squeeze(1)
    loss = nn.functional.binary_cross_entropy_with_logits(logits, target[test])
print("METRIC log_loss", loss.item())
