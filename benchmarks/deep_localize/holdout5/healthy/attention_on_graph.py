"""Graph attention by hand on a dense adjacency; few labelled nodes, all nodes pass through."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
N, CLASSES, FEATURES = 150, 3, 12
label = torch.randint(0, CLASSES, (N,))
same = label[:, None] == label[None, :]
edges = torch.rand(N, N) < torch.where(same, 0.12, 0.01)
adj = (edges | edges.T | torch.eye(N, dtype=torch.bool)).float()
features = F.one_hot(label, CLASSES).float() @ torch.randn(CLASSES, FEATURES) * 0.5 + torch.randn(N, FEATURES)
train_mask = torch.zeros(N, dtype=torch.bool)
train_mask[torch.randperm(N)[:30]] = True


class GraphAttention(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.W = nn.Linear(n_in, n_out, bias=False)
        self.a_src = nn.Parameter(torch.randn(n_out, 1) * 0.1)
        self.a_dst = nn.Parameter(torch.randn(n_out, 1) * 0.1)

    def forward(self, h, adj):
        z = self.W(h)
        e = F.leaky_relu(z @ self.a_src + (z @ self.a_dst).T, 0.2)
        att = e.masked_fill(adj == 0, float("-inf")).softmax(dim=1)
        return att @ z


class GAT(nn.Module):
    def __init__(self):
        super().__init__()
        self.gat1 = GraphAttention(FEATURES, 16)
        self.gat2 = GraphAttention(16, CLASSES)

    def forward(self, x, adj):
        return self.gat2(F.dropout(F.elu(self.gat1(x, adj)), 0.3, self.training), adj)


model = GAT()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
for epoch in range(150):
    model.train()
    out = model(features, adj)
    loss = F.cross_entropy(out[train_mask], label[train_mask])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 30 == 0:
        print(epoch, loss.item())

model.eval()
with torch.no_grad():
    pred = model(features, adj).argmax(1)
print("METRIC accuracy", (pred == label)[~train_mask].float().mean().item())
