"""Nodes of a graph of communities by a graph convolution written by hand (dense adjacency)."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

NODES, CLASSES, FEATURES = 420, 4, 24
y = torch.randint(CLASSES, (NODES,))
same = y[:, None] == y[None]
upper = torch.triu(torch.rand(NODES, NODES) < torch.where(same, 0.16, 0.03), diagonal=1).float()
adj = upper + upper.t()
x = torch.randn(NODES, FEATURES) + 0.5 * F.one_hot(y, FEATURES).float()
perm = torch.randperm(NODES)
train_mask, test_mask = perm[:80], perm[80:]


def with_self_loops(adj):
    a = adj + torch.eye(len(adj))
    d = a.sum(1).rsqrt()
    return d[:, None] * a * d[None]


class GraphConv(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_in, n_out))
        self.bias = nn.Parameter(torch.zeros(n_out))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x, adj):
        return adj @ (x @ self.weight) + self.bias


class GCN(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.gc1 = GraphConv(FEATURES, hidden)
        self.gc2 = GraphConv(hidden, hidden)
        self.gc3 = GraphConv(hidden, CLASSES)
        self.drop = nn.Dropout(0.3)

    def forward(self, x, adj):
        x = self.drop(F.relu(self.gc1(x, adj)))
        x = self.drop(F.relu(self.gc2(x, adj)))
        return F.log_softmax(self.gc3(x, adj), dim=1)


support = with_self_loops(adj)
model = GCN()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
for epoch in range(400):
    model.train()
    optimizer.zero_grad()
    loss = F.nll_loss(model(x, support)[train_mask], y[train_mask])
    loss.backward()
    optimizer.step()
    if epoch % 40 == 0:
        print(f"Epoch: {epoch:04d} loss_train: {loss.item():.4f}")

model.eval()
with torch.no_grad():
    accuracy = (model(x, support)[test_mask].argmax(1) == y[test_mask]).float().mean().item()
print("METRIC accuracy", accuracy)
