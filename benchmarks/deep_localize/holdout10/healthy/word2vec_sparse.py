"""Skip-gram with negative sampling: sparse embeddings, SGD with a rate of 40 (the loss is a mean)."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

TOPICS, PER_TOPIC, DIM, NEGATIVES, BATCH = 10, 30, 16, 5, 512
VOCAB = TOPICS * PER_TOPIC


def pairs(n):
    """Center and context are of the same topic nine times in ten."""
    topic = torch.randint(TOPICS, (n,))
    center = topic * PER_TOPIC + torch.randint(PER_TOPIC, (n,))
    context = topic * PER_TOPIC + torch.randint(PER_TOPIC, (n,))
    noise = torch.rand(n) < 0.1
    return center, torch.where(noise, torch.randint(VOCAB, (n,)), context)


class SkipGram(nn.Module):
    def __init__(self):
        super().__init__()
        self.center = nn.Embedding(VOCAB, DIM, sparse=True)
        self.context = nn.Embedding(VOCAB, DIM, sparse=True)
        nn.init.uniform_(self.center.weight, -0.5 / DIM, 0.5 / DIM)
        nn.init.zeros_(self.context.weight)  # as in the original implementation

    def forward(self, center, context, negatives):
        v = self.center(center)
        positive = (v * self.context(context)).sum(-1)
        negative = torch.einsum("bd,bkd->bk", v, self.context(negatives))
        return -(F.logsigmoid(positive) + F.logsigmoid(-negative).sum(-1)).mean()


model = SkipGram()
optimizer = torch.optim.SGD(model.parameters(), lr=40.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, total_iters=1200)


def neighbour_precision(k=10):
    vectors = F.normalize(model.center.weight.detach(), dim=1)
    near = (vectors @ vectors.T).fill_diagonal_(-1).topk(k, dim=1).indices
    topic = torch.arange(VOCAB) // PER_TOPIC
    return (topic[near] == topic[:, None]).float().mean().item()


for step in range(1, 1201):
    center, context = pairs(BATCH)
    loss = model(center, context, torch.randint(VOCAB, (BATCH, NEGATIVES)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if step % 200 == 0:
        print(f"step {step} loss {loss.item():.4f} precision@10 {neighbour_precision():.3f}")

print("METRIC neighbour_precision", neighbour_precision())
