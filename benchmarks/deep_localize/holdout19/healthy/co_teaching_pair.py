"""Two networks pick clean examples for each other while a part of the training labels is known to be noisy."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

NOISE = 0.2
EPOCHS = 16


def network():
    return nn.Sequential(
        nn.Linear(64, 64),
        nn.BatchNorm1d(64),
        nn.ReLU(),
        nn.Linear(64, 64),
        nn.BatchNorm1d(64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def keep_rate(epoch):
    """Fall from all examples to the clean share in five epochs."""
    return 1.0 - NOISE * min(epoch / 5, 1.0)


def select(losses, rate):
    return losses.argsort()[: int(rate * len(losses))]


digits = load_digits()
x = torch.tensor((digits.data - digits.data.mean()) / digits.data.std(), dtype=torch.float32)
y = torch.tensor(digits.target)
order = torch.randperm(len(x))
train, test = order[:1400], order[1400:]
crowd = y.clone()
wrong = train[torch.rand(len(train)) < NOISE]
crowd[wrong] = torch.randint(0, 10, (len(wrong),))

net_a, net_b = network(), network()
opt_a = torch.optim.Adam(net_a.parameters(), lr=1e-3)
opt_b = torch.optim.Adam(net_b.parameters(), lr=1e-3)

for epoch in range(EPOCHS):
    net_a.train()
    net_b.train()
    rate = keep_rate(epoch)
    for idx in train[torch.randperm(len(train))].split(64):
        loss_a = F.cross_entropy(net_a(x[idx]), crowd[idx], reduction="none")
        loss_b = F.cross_entropy(net_b(x[idx]), crowd[idx], reduction="none")
        pick_a, pick_b = select(loss_a.detach(), rate), select(loss_b.detach(), rate)
        opt_a.zero_grad()
        loss_a[pick_b].mean().backward()
        opt_a.step()
        opt_b.zero_grad()
        loss_b[pick_a].mean().backward()
        opt_b.step()
    if epoch % 5 == 0:
        print(f"epoch {epoch} keep {rate:.2f} loss {loss_a.mean().item():.3f} {loss_b.mean().item():.3f}")

net_a.eval()
net_b.eval()
with torch.no_grad():
    predicted = (net_a(x[test]).softmax(1) + net_b(x[test]).softmax(1)).argmax(1)
print("METRIC test_accuracy", (predicted == y[test]).float().mean().item())
