"""Route support tickets: hashed words, EmbeddingBag with offsets, sparse gradients for the table."""

import os
import random

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

BUCKETS, TEAMS = 500, 6
TEAM_WORDS = [[random.randrange(BUCKETS) for _ in range(25)] for _ in range(TEAMS)]


def ticket():
    team = random.randrange(TEAMS)
    words = [random.randrange(BUCKETS) for _ in range(random.randint(5, 15))]
    words += random.sample(TEAM_WORDS[team], random.randint(2, 5))
    random.shuffle(words)
    return words, team


def collate(tickets):
    flat = [w for words, _ in tickets for w in words]
    offsets, at = [], 0
    for words, _ in tickets:
        offsets.append(at)
        at += len(words)
    return torch.tensor(flat), torch.tensor(offsets), torch.tensor([team for _, team in tickets])


class Router(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.table = nn.EmbeddingBag(BUCKETS, dim, mode="mean", sparse=True)
        self.out = nn.Linear(dim, TEAMS)

    def forward(self, words, offsets):
        return self.out(self.table(words, offsets))


train_set, test_set = [ticket() for _ in range(2000)], [ticket() for _ in range(500)]
model = Router()
optimizers = [
    torch.optim.SparseAdam(model.table.parameters(), lr=1e-2),
    torch.optim.Adam(model.out.parameters(), lr=1e-2),
]
for epoch in range(6):
    random.shuffle(train_set)
    model.train()
    total = 0.0
    for i in range(0, len(train_set), 40):
        words, offsets, team = collate(train_set[i : i + 40])
        loss = nn.functional.cross_entropy(model(words, offsets), team)
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total / 50:.3f}")
model.eval()
with torch.no_grad():
    words, offsets, team = collate(test_set)
    accuracy = (model(words, offsets).argmax(1) == team).float().mean().item()
print("METRIC test_accuracy", round(accuracy, 4))
