"""Graph convolution on a citation-like graph whose papers differ much in how often they are cited."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

N, CLASSES, WORDS = 600, 5, 80
label = torch.randint(0, CLASSES, (N,))
fame = torch.distributions.Pareto(1.0, 0.9).sample((N,)).clamp(max=150)
same = (label[:, None] == label[None, :]).float()
rate = 0.0012 * fame[:, None] * fame[None, :] * (0.12 + same)
edges = torch.triu(torch.rand(N, N) < rate.clamp(max=0.9), 1)
adj = (edges | edges.T).float()
topic = torch.rand(CLASSES, WORDS) ** 6
features = (torch.rand(N, WORDS) < 0.02 + 0.12 * topic[label]).float()
order = torch.randperm(N)
train_idx, test_idx = order[:100], order[200:]


def preprocess(adj):
    adj = adj + torch.eye(len(adj))
    return adj


class GraphConv(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.linear = nn.Linear(cin, cout, bias=False)
        self.bias = nn.Parameter(torch.zeros(cout))

    def forward(self, adj, x):
        return adj @ self.linear(x) + self.bias


class GCN(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.gc1 = GraphConv(WORDS, hidden)
        self.gc2 = GraphConv(hidden, hidden)
        self.gc3 = GraphConv(hidden, CLASSES)

    def forward(self, adj, x):
        x = F.relu(self.gc1(adj, x))
        x = F.relu(self.gc2(adj, F.dropout(x, 0.3, self.training)))
        return self.gc3(adj, x)


support = preprocess(adj)
model = GCN()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
for epoch in range(100):
    model.train()
    optimizer.zero_grad()
    output = model(support, features)
    loss = F.cross_entropy(output[train_idx], label[train_idx])
    loss.backward()
    optimizer.step()
    if epoch % 20 == 0:
        print(f"epoch {epoch:03d} loss {loss.item():.4f}")

model.eval()
with torch.no_grad():
    pred = model(support, features).argmax(1)
print("METRIC accuracy", (pred[test_idx] == label[test_idx]).float().mean().item())
