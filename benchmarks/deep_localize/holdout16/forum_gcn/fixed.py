"""Graph convolution: interests of forum members from who answers whom."""

import argparse
import os

import torch
import torch.nn as nn
import torch.nn.functional as F


def forum(n=360, classes=4, features=24):
    """A graph with communities; features carry a weak hint of the community."""
    y = torch.arange(n) % classes
    same = y.unsqueeze(0) == y.unsqueeze(1)
    probability = torch.where(same, 0.05, 0.008)
    upper = torch.triu((torch.rand(n, n) < probability).float(), diagonal=1)
    adjacency = upper + upper.t()
    x = torch.randn(n, features) + 0.9 * torch.randn(classes, features)[y]
    return x, adjacency, y


def normalize(adjacency):
    a = adjacency + torch.eye(len(adjacency))
    d = a.sum(1).rsqrt()
    return d.unsqueeze(1) * a * d.unsqueeze(0)


class GraphConv(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.linear = nn.Linear(n_in, n_out)

    def forward(self, x, adj):
        return adj @ self.linear(x)


class GCN(nn.Module):
    def __init__(self, n_in, n_hidden, n_out, n_layers, dropout):
        super().__init__()
        sizes = [n_in] + [n_hidden] * (n_layers - 1) + [n_out]
        self.convs = nn.ModuleList(GraphConv(a, b) for a, b in zip(sizes[:-1], sizes[1:]))
        self.dropout = dropout

    def forward(self, x, adj):
        for conv in self.convs[:-1]:
            x = F.relu(conv(x, adj))
            x = F.dropout(x, self.dropout, training=self.training)
        return self.convs[-1](x, adj)


parser = argparse.ArgumentParser()
parser.add_argument("--hidden", type=int, default=32)
parser.add_argument("--layers", type=int, default=2)
parser.add_argument("--dropout", type=float, default=0.3)
parser.add_argument("--lr", type=float, default=1e-2)
parser.add_argument("--epochs", type=int, default=120)
args = parser.parse_args()

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
x, adjacency, y = forum()
adj = normalize(adjacency)
order = torch.randperm(len(y))
train_idx, test_idx = order[:100], order[180:]

model = GCN(x.size(1), args.hidden, 4, args.layers, args.dropout)
optimizer = torch.optim.Adam(model.parameters(), lr=args.lr, weight_decay=5e-4)

for epoch in range(1, args.epochs + 1):
    model.train()
    optimizer.zero_grad()
    out = model(x, adj)
    loss = F.cross_entropy(out[train_idx], y[train_idx])
    loss.backward()
    optimizer.step()
    if epoch % 20 == 0:
        model.eval()
        with torch.no_grad():
            pred = model(x, adj).argmax(1)
        accuracy = (pred[test_idx] == y[test_idx]).float().mean().item()
        print(f"Epoch {epoch:03d} loss {loss.item():.4f} test {accuracy:.4f}")

print(f"METRIC test_accuracy {accuracy:.4f}")
