"""GCN node classification on a synthetic citation graph (stochastic block model, noisy features)."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

NODES, CLASSES, FEATURES = 500, 5, 40


def make_graph():
    y = np.random.randint(0, CLASSES, NODES)
    same = y[:, None] == y[None, :]
    upper = np.triu(np.random.rand(NODES, NODES) < np.where(same, 0.05, 0.005), 1)
    adj = (upper | upper.T).astype(np.float32)
    # words of a topic occur a little more often
    topic = np.random.rand(CLASSES, FEATURES) * 0.25
    x = (np.random.rand(NODES, FEATURES) < topic[y] + 0.05).astype(np.float32)
    return torch.tensor(adj), torch.tensor(x), torch.tensor(y)


def normalize(adj):
    adj = adj + torch.eye(len(adj))
    d = adj.sum(1).pow(-0.5)
    return d[:, None] * adj * d[None, :]


class GraphConv(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_in, n_out))
        self.bias = nn.Parameter(torch.zeros(n_out))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x, adj):
        return adj @ (x @ self.weight) + self.bias


class GCN(nn.Module):
    def __init__(self, hidden=32, num_layers=2):
        super().__init__()
        sizes = [FEATURES] + [hidden] * (num_layers - 1) + [CLASSES]
        self.layers = nn.ModuleList(GraphConv(i, o) for i, o in zip(sizes[:-1], sizes[1:]))

    def forward(self, x, adj):
        for layer in self.layers[:-1]:
            x = F.relu(layer(x, adj))
            x = F.dropout(x, 0.3, self.training)
        return self.layers[-1](x, adj)


adj, x, y = make_graph()
adj = normalize(adj)
perm = torch.randperm(NODES)
train_mask, test_mask = perm[:150], perm[200:]

model = GCN(num_layers=12)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)

for epoch in range(1, 151):
    model.train()
    optimizer.zero_grad()
    out = model(x, adj)
    loss = F.cross_entropy(out[train_mask], y[train_mask])
    loss.backward()
    optimizer.step()
    if epoch % 30 == 0:
        model.eval()
        with torch.no_grad():
            pred = model(x, adj).argmax(1)
        acc = (pred[test_mask] == y[test_mask]).float().mean().item()
        print(f"epoch {epoch:3d} loss {loss.item():.4f} test {acc:.4f}")

print(f"METRIC test_accuracy {acc:.4f}")
