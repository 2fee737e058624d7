"""Find the community of every member of a social graph with a graph convolutional network."""

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

N_NODES, N_GROUPS, N_FEATURES = 300, 3, 16


def make_graph():
    group = torch.randint(N_GROUPS, (N_NODES,))
    same = group.unsqueeze(0) == group.unsqueeze(1)
    chance = torch.where(same, 0.25, 0.05)
    upper = torch.triu(torch.rand(N_NODES, N_NODES) < chance, diagonal=1).float()
    adjacency = upper + upper.T
    centers = torch.randn(N_GROUPS, N_FEATURES)
    features = 0.4 * centers[group] + torch.randn(N_NODES, N_FEATURES)
    return adjacency, features, group


def prepare(adjacency):
    adjacency = adjacency + torch.eye(len(adjacency))
    degree = adjacency.sum(1)
    scale = degree.pow(-0.5)
    return scale.unsqueeze(1) * adjacency * scale.unsqueeze(0)


class GraphConv(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.lin = nn.Linear(n_in, n_out)

    def forward(self, x, adj):
        return adj @ self.lin(x)


class GCN(nn.Module):
    def __init__(self, n_in, hidden, n_out):
        super().__init__()
        self.conv1 = GraphConv(n_in, hidden)
        self.conv2 = GraphConv(hidden, n_out)

    def forward(self, x, adj):
        x = F.relu(self.conv1(x, adj))
        x = F.dropout(x, 0.3, training=self.training)
        return self.conv2(x, adj)


def main():
    adjacency, features, group = make_graph()
    adj = prepare(adjacency)
    order = torch.randperm(N_NODES)
    train_idx, test_idx = order[:90], order[90:]

    model = GCN(N_FEATURES, 32, N_GROUPS)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    for epoch in range(150):
        model.train()
        optimizer.zero_grad()
        out = model(features, adj)
        loss = F.cross_entropy(out[train_idx], group[train_idx])
        loss.backward()
        optimizer.step()
        if epoch % 30 == 0:
            print(f"epoch {epoch:3d} loss {loss.item():.4f}")

    model.eval()
    with torch.no_grad():
        predicted = model(features, adj).argmax(1)
    print("METRIC test_accuracy", (predicted[test_idx] == group[test_idx]).float().mean().item())


if __name__ == "__main__":
    main()
