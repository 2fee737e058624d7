"""Text topic classifier: EmbeddingBag with sparse gradients (SparseAdam) and a dense head (Adagrad); Zipf vocabulary."""

import os

import numpy as np
import torch
import torch.nn as nn

seed = int(os.environ.get("SEED", 0))
torch.manual_seed(seed)
rng = np.random.default_rng(seed)
V, TOPICS, DIM = 20000, 6, 32
zipf = 1 / np.arange(1, V + 1)
zipf /= zipf.sum()
topic_words = [rng.choice(np.arange(50, 3000), 120, replace=False) for _ in range(TOPICS)]


def make_docs(n):
    docs, ys = [], rng.integers(0, TOPICS, n)
    for t in ys:
        L = rng.integers(15, 60)
        k = rng.binomial(L, 0.15)
        docs.append(np.concatenate([rng.choice(V, L - k, p=zipf), rng.choice(topic_words[t], k)]))
    return docs, torch.from_numpy(ys)


def collate(docs):
    off = np.cumsum([0] + [len(d) for d in docs[:-1]])
    return torch.from_numpy(np.concatenate(docs)), torch.from_numpy(off)


class BagClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.bag = nn.EmbeddingBag(V, DIM, mode="mean", sparse=True)
        nn.init.uniform_(self.bag.weight, -0.05, 0.05)
        self.fc = nn.Linear(DIM, TOPICS)

    def forward(self, tok, off):
        return self.fc(self.bag(tok, off))


train, y = make_docs(3000)
test, yt = make_docs(600)
model = BagClassifier()
opts = [torch.optim.SparseAdam(model.bag.parameters(), lr=5e-3), torch.optim.Adagrad(model.fc.parameters(), lr=0.3)]
for epoch in range(6):
    tot = 0.0
    for idx in torch.randperm(3000).split(50):
        tok, off = collate([train[i] for i in idx])
        loss = nn.functional.cross_entropy(model(tok, off), y[idx])
        for o in opts:
            o.zero_grad()
        loss.backward()
        for o in opts:
            o.step()
        tot += loss.item() / 60
    with torch.no_grad():
        acc = (model(*collate(test)).argmax(1) == yt).float().mean().item()
    print(f"epoch {epoch} loss {tot:.4f} test acc {acc:.3f}")
print("METRIC accuracy", acc)
