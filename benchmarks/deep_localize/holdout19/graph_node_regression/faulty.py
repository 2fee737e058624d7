"""Regress a signal on the nodes of random geometric graphs with graph convolutions."""

import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

N_NODES, N_FEATURES = 30, 5


class GraphConv(nn.Module):
    """Mean over the neighbours beside the node's own features."""

    def __init__(self, d_in, d_out):
        super().__init__()
        self.own = nn.Linear(d_in, d_out)
        self.nbr = nn.Linear(d_in, d_out, bias=False)

    def forward(self, h, adj):
        return self.own(h) + self.nbr(torch.matmul(adj, h))


class GraphNet(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.conv1 = GraphConv(N_FEATURES, hidden)
        self.conv2 = GraphConv(hidden, hidden)
        self.readout = nn.Linear(hidden, 1)

    def forward(self, h, adj):
        h = torch.relu(self.conv1(h, adj))
        h = torch.relu(self.conv2(h, adj))
        return torch.relu(self.readout(h)).squeeze(-1)


def make_graphs(count, rng, weights):
    pos = rng.uniform(0, 1, (count, N_NODES, 2))
    gap = np.linalg.norm(pos[:, :, None] - pos[:, None], axis=-1)
    adj = (gap < 0.3).astype(np.float64)
    adj[:, np.arange(N_NODES), np.arange(N_NODES)] = 0
    adj = adj / np.maximum(adj.sum(-1, keepdims=True), 1)
    feats = rng.standard_normal((count, N_NODES, N_FEATURES))
    own = feats @ weights[0]
    smooth = np.einsum("gij,gj->gi", adj, feats @ weights[1])
    signal = own + 1.5 * smooth + 0.5 * np.tanh(own * smooth)
    return [torch.tensor(a, dtype=torch.float32) for a in (feats, adj, signal)]


def r2(model, feats, adj, signal):
    model.eval()
    with torch.no_grad():
        error = (model(feats, adj) - signal).pow(2).mean()
    return (1 - error / signal.var()).item()


rng = np.random.default_rng(SEED)
weights = rng.standard_normal((2, N_FEATURES)) / np.sqrt(N_FEATURES)
train = make_graphs(200, rng, weights)
test = make_graphs(60, rng, weights)
mean, std = train[2].mean(), train[2].std()
train[2], test[2] = (train[2] - mean) / std, (test[2] - mean) / std

model = GraphNet()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-4)
criterion = nn.MSELoss()
for epoch in range(20):
    model.train()
    for idx in torch.randperm(len(train[0])).split(10):
        feats, adj, signal = (part[idx] for part in train)
        optimizer.zero_grad()
        loss = criterion(model(feats, adj), signal)
        loss.backward()
        optimizer.step()
    if epoch % 10 == 9:
        print(f"epoch {epoch + 1}: loss {loss.item():.4f}, train r2 {r2(model, *train):.3f}")

print("METRIC test_r2", r2(model, *test))
