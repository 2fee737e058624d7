"""Topic of a short message from a large vocabulary: EmbeddingBag with sparse gradients and a linear head."""

import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
rng = np.random.default_rng(SEED)

VOCAB, TOPICS, DIM = 4000, 6, 24
words = np.arange(VOCAB)
popularity = 1 / (words + 10.0)
topic_of = rng.integers(0, TOPICS, VOCAB)
weights = np.stack([popularity * np.where(topic_of == k, 6.0, 1.0) for k in range(TOPICS)])
weights /= weights.sum(1, keepdims=True)


def messages(n):
    rows = []
    for topic in rng.integers(0, TOPICS, n):
        rows.append((torch.from_numpy(rng.choice(VOCAB, rng.integers(8, 25), p=weights[topic])), int(topic)))
    return rows


def collate(rows):
    lengths = torch.tensor([0] + [len(w) for w, _ in rows[:-1]])
    return torch.cat([w for w, _ in rows]), lengths.cumsum(0), torch.tensor([t for _, t in rows])


class BagClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.EmbeddingBag(VOCAB, DIM, mode="mean", sparse=True)
        self.head = nn.Sequential(nn.LayerNorm(DIM), nn.Linear(DIM, TOPICS))

    def forward(self, ids, offsets):
        return self.head(self.table(ids, offsets))


model = BagClassifier()
optimizers = [
    torch.optim.SparseAdam(model.table.parameters(), lr=2e-2),
    torch.optim.Adam(model.head.parameters(), lr=5e-3),
]
criterion = nn.CrossEntropyLoss()
train_loader = DataLoader(messages(3000), batch_size=64, shuffle=True, collate_fn=collate)
test_loader = DataLoader(messages(800), batch_size=400, collate_fn=collate)

for epoch in range(5):
    model.train()
    for ids, offsets, topics in train_loader:
        loss = criterion(model(ids, offsets), topics)
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
    model.eval()
    with torch.no_grad():
        hits = sum((model(ids, offsets).argmax(1) == t).sum().item() for ids, offsets, t in test_loader)
    print(f"epoch {epoch} loss {loss.item():.4f} accuracy {hits / 800:.3f}")
print(f"METRIC accuracy {hits / 800:.4f}")
