import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

# a stochastic block model of 400 nodes
N, C = 400, 4
labels = np.random.randint(0, C, N)
same = labels[:, None] == labels[None, :]
upper = np.triu(np.random.rand(N, N) < np.where(same, 0.09, 0.008), 1)
A = torch.tensor((upper | upper.T).astype(np.float32)) + torch.eye(N)
d = A.sum(1).pow(-0.5)
A_hat = d[:, None] * A * d[None, :]
features = torch.randn(N, 16) + 0.6 * F.one_hot(torch.tensor(labels), 16).float()
y = torch.tensor(labels)
train_mask = torch.rand(N) < 0.1
test_mask = ~train_mask


class GraphConvolution(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_in, n_out))
        self.bias = nn.Parameter(torch.zeros(n_out))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x, adj):
        return adj @ (x @ self.weight) + self.bias


class GCN(nn.Module):
    def __init__(self):
        super().__init__()
        self.gc1 = GraphConvolution(16, 32)
        self.gc2 = GraphConvolution(32, C)

    def forward(self, x, adj):
        x = F.dropout(F.relu(self.gc1(x, adj)), 0.5, training=self.training)
        return F.log_softmax(self.gc2(x, adj), dim=1)


model = GCN()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
for epoch in range(120):
    model.train()
    optimizer.zero_grad()
    output = model(features, A_hat)
    loss_train = F.nll_loss(output[train_mask], y[train_mask])
    loss_train.backward()
    optimizer.step()
    if epoch % 30 == 0:
        print(f"Epoch: {epoch + 1:04d}", f"loss_train: {loss_train.item():.4f}")
model.eval()
with torch.no_grad():
    acc = (model(features, A_hat).argmax(1) == y)[test_mask].float().mean().item()
print("METRIC accuracy", acc)
