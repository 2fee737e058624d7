"""Two-layer GCN, full batch, 8 labelled nodes per class out of 600, cosine restarts, sparse adjacency."""

import os
import warnings

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

warnings.filterwarnings("ignore")
seed = int(os.environ.get("SEED", 0))
torch.manual_seed(seed)
rng = np.random.default_rng(seed)
N, C, D = 600, 4, 200
y = rng.integers(0, C, N)
p = np.where(y[:, None] == y[None], 0.03, 0.003)
A = np.triu(rng.random((N, N)) < p, 1)
A = (A | A.T | np.eye(N, dtype=bool)).astype("float32")
deg = A.sum(1)
A = A / np.sqrt(deg[:, None] * deg[None])
centers = rng.random((C, D)) < 0.06
X = ((rng.random((N, D)) < 0.02) | (centers[y] & (rng.random((N, D)) < 0.25))).astype("float32")
X /= np.maximum(X.sum(1, keepdims=True), 1)
adj, X, y = torch.from_numpy(A).to_sparse(), torch.from_numpy(X), torch.from_numpy(y)
train_mask = torch.zeros(N, dtype=torch.bool)
for c in range(C):
    train_mask[(y == c).nonzero().flatten()[:8]] = True


class GCN(nn.Module):
    def __init__(self, h=16):
        super().__init__()
        self.lin1, self.lin2 = nn.Linear(D, h, bias=False), nn.Linear(h, C)

    def forward(self, x):
        x = F.dropout(x, 0.5, self.training)
        x = F.relu(torch.sparse.mm(adj, self.lin1(x)))
        x = F.dropout(x, 0.5, self.training)
        return F.log_softmax(torch.sparse.mm(adj, self.lin2(x)), dim=1)


model = GCN()
opt = torch.optim.Adam(
    [
        {"params": model.lin1.parameters(), "weight_decay": 5e-4},
        {"params": model.lin2.parameters(), "weight_decay": 0.0},
    ],
    lr=0.03,
)
sched = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(opt, T_0=50)
for epoch in range(250):
    model.train()
    opt.zero_grad()
    out = model(X)
    loss = F.nll_loss(out[train_mask], y[train_mask])
    loss.backward()
    opt.step()
    sched.step()
    if epoch % 25 == 24:
        model.eval()
        with torch.no_grad():
            pred = model(X).argmax(1) == y
        print(
            f"epoch {epoch + 1} loss {loss.item():.4f} train {pred[train_mask].float().mean():.3f} "
            f"test {pred[~train_mask].float().mean():.3f} lr {sched.get_last_lr()[0]:.4f}"
        )
print("METRIC accuracy", pred[~train_mask].float().mean().item())
