"""Node classification with a dense graph attention network."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

N, CLASSES, FEATURES = 300, 4, 16


def load_graph():
    """Papers cite papers of any field; words tell the field."""
    labels = np.random.randint(0, CLASSES, N)
    centres = np.random.randn(CLASSES, FEATURES)
    x = centres[labels] + 0.8 * np.random.randn(N, FEATURES)
    prob = np.where(labels[:, None] == labels[None, :], 0.010, 0.006)
    upper = np.triu(np.random.rand(N, N) < prob, 1)
    adj = (upper | upper.T).astype(np.float32)
    return torch.tensor(x, dtype=torch.float32), torch.tensor(adj), torch.tensor(labels)


class GraphAttention(nn.Module):
    def __init__(self, n_in, n_out, heads):
        super().__init__()
        self.heads, self.n_out = heads, n_out
        self.linear = nn.Linear(n_in, heads * n_out, bias=False)
        self.att_src = nn.Parameter(torch.empty(heads, n_out))
        self.att_dst = nn.Parameter(torch.empty(heads, n_out))
        self.bias = nn.Parameter(torch.zeros(heads * n_out))
        nn.init.xavier_uniform_(self.att_src)
        nn.init.xavier_uniform_(self.att_dst)

    def forward(self, x, adj):
        h = self.linear(x).view(-1, self.heads, self.n_out)
        score = (h * self.att_src).sum(-1)[:, None] + (h * self.att_dst).sum(-1)[None]
        score = F.leaky_relu(score, 0.2)
        score = score.masked_fill(adj[..., None] == 0, -1e9)
        alpha = F.softmax(score, dim=1)
        out = torch.einsum("ijh,jhd->ihd", alpha, h).flatten(1)
        return out + self.bias


class GAT(nn.Module):
    def __init__(self):
        super().__init__()
        self.gat1 = GraphAttention(FEATURES, 8, 4)
        self.readout = nn.Linear(32, CLASSES)

    def forward(self, x, adj):
        x = F.dropout(x, 0.1, self.training)
        x = F.elu(self.gat1(x, adj))
        return self.readout(x)


x, adj, y = load_graph()
adj = adj + torch.eye(N)
order = torch.randperm(N)
train, test = order[:180], order[180:]
net = GAT()
opt = torch.optim.Adam(net.parameters(), lr=0.01, weight_decay=5e-4)
for step in range(120):
    net.train()
    opt.zero_grad()
    loss = F.cross_entropy(net(x, adj)[train], y[train])
    loss.backward()
    opt.step()
    if step % 20 == 0:
        print(step, round(loss.item(), 4))

net.eval()
with torch.no_grad():
    acc = (net(x, adj)[test].argmax(1) == y[test]).float().mean().item()
print(f"METRIC accuracy {acc:.4f}")
