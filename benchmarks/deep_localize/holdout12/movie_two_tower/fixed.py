"""Implicit-feedback recommender: user and item vectors, BPR loss, items warm-started from text features."""

import os

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

USERS, ITEMS, DIM = 250, 400, 16


def make_log():
    """Clicks driven by taste factors, and item text vectors that only know the genre."""
    genre = np.random.randint(0, 5, ITEMS)
    taste = np.random.randn(USERS, 8)
    item = np.random.randn(ITEMS, 8)
    popularity = 0.7 * np.random.randn(ITEMS)
    utility = taste @ item.T + popularity + np.random.gumbel(size=(USERS, ITEMS))
    clicks = np.argsort(-utility, 1)[:, :40]
    for row in clicks:
        np.random.shuffle(row)
    text = np.random.randn(5, DIM)[genre] + 0.3 * np.random.randn(ITEMS, DIM)
    train = np.stack([np.repeat(np.arange(USERS), 30), clicks[:, :30].ravel()], 1)
    return torch.from_numpy(train), torch.from_numpy(clicks[:, 30:].copy()), torch.tensor(text, dtype=torch.float32)


class BPR(nn.Module):
    def __init__(self, text_vectors):
        super().__init__()
        self.user = nn.Embedding(USERS, DIM)
        self.item = nn.Embedding.from_pretrained(0.1 * text_vectors, freeze=False)
        self.bias = nn.Embedding(ITEMS, 1)
        nn.init.normal_(self.user.weight, std=0.1)
        nn.init.zeros_(self.bias.weight)

    def forward(self, users, items):
        return (self.user(users) * self.item(items)).sum(-1) + self.bias(items).squeeze(-1)

    def scores(self):
        return self.user.weight @ self.item.weight.T + self.bias.weight.T


@torch.no_grad()
def hit_auc(model, seen, held_out):
    scores = model.scores()
    scores[seen[:, 0], seen[:, 1]] = float("nan")
    aucs = []
    for u in range(USERS):
        s = scores[u]
        pos = s[held_out[u]]
        mask = ~s.isnan()
        mask[held_out[u]] = False
        aucs.append((pos[:, None] > s[mask][None]).float().mean())
    return torch.stack(aucs).mean().item()


def train_epoch(model, optimizer, log, batch_size=256):
    total = 0.0
    for idx in torch.randperm(len(log)).split(batch_size):
        users, pos = log[idx].T
        neg = torch.randint(0, ITEMS, pos.shape)
        loss = -F.logsigmoid(model(users, pos) - model(users, neg)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(idx)
    return total / len(log)


log, held_out, text = make_log()
model = BPR(text)
optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.01)
for epoch in range(20):
    loss = train_epoch(model, optimizer, log)
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} loss {loss:.3f} auc {hit_auc(model, log, held_out):.3f}")
print(f"METRIC held_out_auc {hit_auc(model, log, held_out):.4f}")
