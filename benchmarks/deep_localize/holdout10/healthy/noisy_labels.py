"""40 percent of the training labels are random; generalised cross entropy, tested on clean ones."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CLASSES = 6
means = 2.2 * torch.randn(CLASSES, 10)


def draw(n):
    y = torch.randint(CLASSES, (n,))
    return means[y] + 1.2 * torch.randn(n, 10), y


x_train, y_clean = draw(5000)
flip = torch.rand(len(y_clean)) < 0.4
y_train = torch.where(flip, torch.randint(CLASSES, y_clean.shape), y_clean)
x_test, y_test = draw(1000)
print(f"{(y_train != y_clean).float().mean():.2f} of the training labels are wrong")

net = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, CLASSES))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-3)


def gce(logits, target, q=0.7):
    p = F.softmax(logits, dim=1).gather(1, target[:, None]).squeeze(1)
    return ((1 - p.clamp(min=1e-6) ** q) / q).mean()


def accuracy():
    net.eval()
    with torch.no_grad():
        return (net(x_test).argmax(1) == y_test).float().mean().item()


for epoch in range(10):
    net.train()
    for x, y in DataLoader(TensorDataset(x_train, y_train), batch_size=64, shuffle=True):
        loss = gce(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} train loss {loss.item():.4f} clean accuracy {accuracy():.3f}")

print("METRIC clean_accuracy", accuracy())
