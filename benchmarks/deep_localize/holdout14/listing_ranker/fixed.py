"""Learning to rank listings for a search: listwise softmax loss over each query's candidates."""

import itertools
import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CANDIDATES, Q_DIM, D_DIM = 12, 10, 10
QUERY_MIX = torch.randn(Q_DIM, 4) / Q_DIM**0.5
ITEM_MIX = torch.randn(D_DIM, 4) / D_DIM**0.5


def searches(n):
    query = torch.randn(n, Q_DIM)
    items = torch.randn(n, CANDIDATES, D_DIM)
    taste = torch.tanh(2 * query @ QUERY_MIX)
    trait = torch.tanh(2 * items @ ITEM_MIX)
    match = (taste.unsqueeze(1) * trait).sum(-1) + 0.1 * torch.randn(n, CANDIDATES)
    order = match.argsort(dim=1).argsort(dim=1)
    grades = torch.zeros(n, CANDIDATES)
    grades[order >= CANDIDATES - 4] = 1.0
    grades[order >= CANDIDATES - 2] = 2.0
    grades[order >= CANDIDATES - 1] = 3.0
    return query, items, grades


def encoder(dim, width=32, out=16):
    return nn.Sequential(nn.Linear(dim, width), nn.ReLU(), nn.Linear(width, out))


class Ranker(nn.Module):
    def __init__(self):
        super().__init__()
        self.query_encoder = encoder(Q_DIM)
        self.item_encoder = encoder(D_DIM)
        self.scorer = nn.Linear(16, 1)

    def forward(self, query, items):
        q = self.query_encoder(query).unsqueeze(1)
        return self.scorer(q * self.item_encoder(items)).squeeze(-1)


def ndcg(scores, grades):
    discount = 1 / torch.log2(torch.arange(CANDIDATES) + 2.0)
    gains = 2**grades - 1
    found = gains.gather(1, scores.argsort(dim=1, descending=True))
    best = gains.sort(dim=1, descending=True).values
    return ((found * discount)[:, :5].sum(1) / (best * discount)[:, :5].sum(1)).mean().item()


def main():
    query, items, grades = searches(4000)
    test = searches(500)
    model = Ranker()

    encoders = list(itertools.chain(model.query_encoder.parameters(), model.item_encoder.parameters()))
    print("encoder parameters:", sum(p.numel() for p in encoders))
    optimizer = torch.optim.AdamW(
        [
            {"params": encoders, "lr": 3e-3, "weight_decay": 1e-3},
            {"params": model.scorer.parameters(), "lr": 1e-2},
        ]
    )

    for epoch in range(8):
        model.train()
        for idx in torch.randperm(len(query)).split(64):
            scores = model(query[idx], items[idx])
            target = F.softmax(grades[idx], dim=1)
            loss = -(target * F.log_softmax(scores, dim=1)).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            quality = ndcg(model(test[0], test[1]), test[2])
        print(f"epoch {epoch} loss {loss.item():.4f} ndcg@5 {quality:.4f}")
    print(f"METRIC ndcg {quality:.4f}")


if __name__ == "__main__":
    main()
