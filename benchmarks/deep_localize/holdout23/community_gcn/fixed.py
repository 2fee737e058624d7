"""Assign the members of a social network to communities with a two-layer GCN."""

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

N, K, F_IN = 400, 5, 24


def make_graph():
    """Stochastic block model with weakly informative node features."""
    labels = np.random.randint(0, K, N)
    same = labels[:, None] == labels[None, :]
    prob = np.where(same, 0.10, 0.012)
    upper = np.triu(np.random.rand(N, N) < prob, 1)
    adj = (upper | upper.T).astype(np.float32)
    centres = np.random.randn(K, F_IN)
    feats = 0.6 * centres[labels] + np.random.randn(N, F_IN)
    return adj, feats.astype(np.float32), labels


def normalize(adj):
    adj = adj + np.eye(len(adj), dtype=np.float32)
    d = 1.0 / np.sqrt(adj.sum(1))
    return torch.from_numpy(adj * d[:, None] * d[None, :])


class GraphConvolution(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_features, out_features))
        self.bias = nn.Parameter(torch.zeros(out_features))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x, adj):
        return adj @ (x @ self.weight) + self.bias


class GCN(nn.Module):
    def __init__(self, nfeat, nhid, nclass, dropout):
        super().__init__()
        self.gc1 = GraphConvolution(nfeat, nhid)
        self.gc2 = GraphConvolution(nhid, nclass)
        self.dropout = dropout

    def forward(self, x, adj):
        x = F.relu(self.gc1(x, adj))
        x = F.dropout(x, self.dropout, training=self.training)
        return F.log_softmax(self.gc2(x, adj), dim=1)


adj, features, labels = make_graph()
adj = normalize(adj)
features, labels = torch.from_numpy(features), torch.from_numpy(labels)
order = torch.randperm(N)
idx_train, idx_test = order[:120], order[120:]

model = GCN(F_IN, 16, K, dropout=0.3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9, weight_decay=5e-4)

for epoch in range(200):
    model.train()
    output = model(features, adj)
    loss_train = F.nll_loss(output[idx_train], labels[idx_train])
    optimizer.zero_grad()
    loss_train.backward()
    optimizer.step()

    if epoch % 25 == 0:
        model.eval()
        with torch.no_grad():
            output = model(features, adj)
        acc = (output[idx_test].argmax(1) == labels[idx_test]).float().mean()
        print(f"Epoch: {epoch:04d} loss_train: {loss_train.item():.4f} acc_test: {acc:.4f}")

model.eval()
with torch.no_grad():
    output = model(features, adj)
    loss_test = F.nll_loss(output[idx_test], labels[idx_test])
print("METRIC test_nll", loss_test.item())
