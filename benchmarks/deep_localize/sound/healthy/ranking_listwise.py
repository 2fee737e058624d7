"""Learning to rank: ListNet on queries with variable numbers of documents, padded and masked."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

Q, M, D = 1500, 20, 12
W = torch.randn(D)
feat = torch.randn(Q, M, D) * torch.logspace(-1, 2, D)  # raw scales from 0.1 to 100
scale = torch.logspace(-1, 2, D)
u = (feat / scale) @ W / D**0.5 + 0.3 * torch.randn(Q, M)
lens = torch.randint(5, M + 1, (Q,))
mask = torch.arange(M)[None] < lens[:, None]
rel = torch.bucketize(u, torch.tensor([-0.5, 0.3, 0.9, 1.6])).float()  # grades 0..4


class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(D)
        self.net = nn.Sequential(nn.Linear(D, 32), nn.ELU(), nn.Linear(32, 1))

    def forward(self, x, m):
        flat = x[m]  # only true documents go through the statistics
        s = x.new_full(m.shape, -1e9)
        s[m] = self.net(self.norm(flat)).squeeze(-1)
        return s


def listnet(score, rel, m):
    tgt = rel.masked_fill(~m, -1e9).softmax(-1)
    return -(tgt * score.log_softmax(-1)).masked_fill(~m, 0).sum(-1).mean()


def ndcg(score, rel, m, k=5):
    rel = rel.masked_fill(~m, 0)
    disc = 1 / torch.log2(torch.arange(2, k + 2).float())
    g = 2**rel - 1
    top = g.gather(1, score.topk(k).indices)
    best = g.topk(k).values
    return ((top * disc).sum(1) / (best * disc).sum(1).clamp_min(1e-6)).mean().item()


model = Scorer()
opt = torch.optim.Adagrad(model.parameters(), lr=0.1)
train = torch.arange(1200)
for ep in range(40):
    model.train()
    for idx in train[torch.randperm(1200)].split(30):
        loss = listnet(model(feat[idx], mask[idx]), rel[idx], mask[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if ep % 10 == 0:
        print(ep, loss.item())
model.eval()
with torch.no_grad():
    v = ndcg(model(feat[1200:], mask[1200:]), rel[1200:], mask[1200:])
    base = ndcg(torch.rand(300, M).masked_fill(~mask[1200:], -1), rel[1200:], mask[1200:])
print("random ndcg", base)
print("METRIC ndcg5", v)
print("METRIC good", float(v > 0.82 and v > base + 0.15))
