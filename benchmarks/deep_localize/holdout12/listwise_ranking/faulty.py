"""Learning to rank search results with ListMLE."""

import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

FEATURES, DOCS = 12, 10


def make_queries(n, teacher):
    x = torch.randn(n, DOCS, FEATURES)
    utility = torch.tanh(x @ teacher[0]) @ teacher[1] + 0.2 * torch.randn(n, DOCS)
    rank = utility.argsort(1).argsort(1)  # 0 is the least useful document
    grades = torch.tensor([0, 0, 0, 1, 1, 1, 2, 2, 3, 4])[rank]
    return x, grades


class Scorer(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(FEATURES, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 1)
        )

    def forward(self, x):
        return self.net(x).squeeze(-1)


def list_mle(scores, grades):
    """Negative log-likelihood of the ideal ordering under Plackett-Luce."""
    # ties are broken at random so that equal grades favour no order
    shuffle = torch.randperm(scores.shape[1])
    scores, grades = scores[:, shuffle], grades[:, shuffle]
    order, _ = grades.sort(dim=1, descending=True)
    ordered = scores.gather(1, order)
    rest = ordered.flip(1).logcumsumexp(1).flip(1)
    return (rest - ordered).mean()


def ndcg(scores, grades, k=5):
    gains = (2.0**grades) - 1
    discount = 1 / torch.log2(torch.arange(k) + 2.0)
    top = gains.gather(1, scores.topk(k, dim=1).indices)
    best = gains.topk(k, dim=1).values
    return ((top * discount).sum(1) / (best * discount).sum(1)).mean().item()


def main():
    teacher = (torch.randn(FEATURES, 6), torch.randn(6))
    x, grades = make_queries(600, teacher)
    x_val, grades_val = make_queries(200, teacher)
    model = Scorer()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    best, patience = 0.0, 0
    for epoch in range(30):
        model.train()
        for idx in torch.randperm(len(x)).split(32):
            loss = list_mle(model(x[idx]), grades[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            score = ndcg(model(x_val), grades_val)
        if epoch % 5 == 0:
            print(f"epoch {epoch} loss {loss.item():.3f} ndcg@5 {score:.3f}")
        patience = 0 if score > best + 1e-4 else patience + 1
        best = max(best, score)
        if patience == 12:
            break
    print(f"METRIC ndcg_at_5 {score:.4f}")


if __name__ == "__main__":
    main()
