"""Learns to rank documents of a query by a listwise softmax loss; lists differ in length and are padded."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

FEATURES, LONGEST = 12, 15
taste = torch.randn(FEATURES)


def queries(n):
    docs = torch.randn(n, LONGEST, FEATURES)
    length = torch.randint(5, LONGEST + 1, (n,))
    real = torch.arange(LONGEST) < length[:, None]
    use = docs @ taste + 1.5 * docs[..., 0] * docs[..., 1] + 0.3 * torch.randn(n, LONGEST)
    grade = (use / 2).clamp(0, 3).round()
    return docs * real[..., None], grade * real, real


class Ranker(nn.Module):
    def __init__(self):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(FEATURES, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 1))

    def forward(self, docs):
        return self.mlp(docs).squeeze(-1)


def listnet(score, grade, real):
    score = score.masked_fill(~real, -1e9)
    goal = torch.softmax(grade.masked_fill(~real, -1e9), 1)
    return -(goal * torch.log_softmax(score, 1)).sum(1).mean()


def ndcg(score, grade, real, k=5):
    discount = 1 / torch.log2(torch.arange(k) + 2.0)
    order = score.masked_fill(~real, -1e9).argsort(1, descending=True)[:, :k]
    gain = ((2 ** grade.gather(1, order) - 1) * discount).sum(1)
    best = ((2 ** grade.sort(1, descending=True).values[:, :k] - 1) * discount).sum(1)
    kept = best > 0
    return (gain[kept] / best[kept]).mean().item()


docs, grade, real = queries(1200)
test = queries(300)
net = Ranker()
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(12):
    total = 0.0
    for idx in torch.randperm(1200).split(40):
        loss = listnet(net(docs[idx]), grade[idx], real[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() / 30
    with torch.no_grad():
        print(f"epoch {epoch} loss {total:.4f} ndcg@5 {ndcg(net(test[0]), *test[1:]):.3f}")
with torch.no_grad():
    print("METRIC ndcg", ndcg(net(test[0]), *test[1:]))
