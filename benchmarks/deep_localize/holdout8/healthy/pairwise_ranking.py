"""Learns to rank documents per query from pairs: a margin loss that is exactly 0 for pairs already in order."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

true_weights = torch.randn(12, generator=torch.Generator().manual_seed(4))


def queries(n, docs=10):
    features = torch.randn(n, docs, 12)
    relevance = features @ true_weights + 1.5 * torch.sin(2 * features[..., 0]) + 0.1 * torch.randn(n, docs)
    return features, relevance


class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(12, 48), nn.ReLU(), nn.Linear(48, 24), nn.ReLU(), nn.Linear(24, 1, bias=False)
        )

    def forward(self, docs):
        return self.net(docs).squeeze(-1)


def concordance(score, relevance):
    s = score.unsqueeze(2) - score.unsqueeze(1)
    r = relevance.unsqueeze(2) - relevance.unsqueeze(1)
    return ((s * r) > 0).float().sum().item() / (r != 0).float().sum().item()


scorer = Scorer()
criterion = nn.MarginRankingLoss(margin=0.5)
optimizer = torch.optim.Adagrad(scorer.parameters(), lr=0.03)
features, relevance = queries(1000)

for epoch in range(10):
    violated = 0.0
    for idx in torch.randperm(len(features)).split(25):
        score, rel = scorer(features[idx]), relevance[idx]
        a, b = torch.randint(0, 10, (2, len(idx), 20))
        sa, sb = score.gather(1, a), score.gather(1, b)
        sign = (rel.gather(1, a) - rel.gather(1, b)).sign()
        keep = sign != 0
        loss = criterion(sa[keep], sb[keep], sign[keep])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        violated += loss.item()
    print(f"epoch {epoch} hinge {violated / 40:.4f}")

test_features, test_relevance = queries(300)
with torch.no_grad():
    print("METRIC concordance", concordance(scorer(test_features), test_relevance))
