"""Classify the papers of a citation graph with graph convolutions written by hand."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

NODES, CLASSES, WORDS = 600, 5, 300


def citation_graph():
    rng = np.random.default_rng(SEED)
    labels = rng.integers(0, CLASSES, NODES)
    same = labels[:, None] == labels[None, :]
    links = rng.random((NODES, NODES)) < np.where(same, 0.03, 0.004)
    adjacency = np.triu(links, 1)
    adjacency = (adjacency | adjacency.T).astype(np.float32)
    base = np.full((CLASSES, WORDS), 0.04)
    for c in range(CLASSES):
        base[c, rng.choice(WORDS, 15, replace=False)] = 0.2
    words = (rng.random((NODES, WORDS)) < base[labels]).astype(np.float32)
    return adjacency, words, labels


def normalise(adjacency):
    a = torch.from_numpy(adjacency) + torch.eye(NODES)
    d = a.sum(1).rsqrt()
    return d[:, None] * a * d[None, :]


class GraphConv(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)

    def forward(self, a, x):
        return a @ self.linear(x)


class GCN(nn.Module):
    def __init__(self, inputs, hidden, classes, depth=2):
        super().__init__()
        sizes = [inputs] + [hidden] * depth
        self.convs = nn.ModuleList(GraphConv(i, o) for i, o in zip(sizes, sizes[1:]))
        self.dropout = nn.Dropout(0.3)
        self.readout = nn.Linear(hidden, classes)

    def forward(self, a, x):
        for conv in self.convs:
            x = self.dropout(F.relu(conv(a, x)))
        return self.readout(x)


adjacency, words, labels = citation_graph()
a = normalise(adjacency)
x = torch.from_numpy(words)
x = x / x.sum(1, keepdim=True).clamp(min=1) * 10
y = torch.from_numpy(labels)
order = torch.randperm(NODES)
train, test = order[:240], order[240:]

model = GCN(WORDS, 16, CLASSES)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)

for epoch in range(150):
    model.train()
    optimizer.zero_grad()
    logits = model(a, x)
    loss = F.cross_entropy(logits[train], y[train])
    loss.backward()
    optimizer.step()
    if epoch % 30 == 29:
        model.eval()
        with torch.no_grad():
            score = (model(a, x).argmax(1) == y)[test].float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.3f} test accuracy {score:.3f}")

model.eval()
with torch.no_grad():
    score = (model(a, x).argmax(1) == y)[test].float().mean().item()
print(f"METRIC test_accuracy {score:.4f}")
