"""Reviews of unequal length, padded to the longest; self-attention written out by hand."""

import math
import os
import random

import torch
import torch.nn as nn
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

PAD, VOCAB = 0, 60
GOOD, BAD, NOT = set(range(10, 20)), set(range(20, 30)), 5


def review():
    words = [random.randrange(30, VOCAB) for _ in range(random.randint(3, 10))]
    label = random.randrange(2)
    negated = random.random() < 0.4
    said_good = label == 1 if not negated else label == 0
    word = random.choice(sorted(GOOD if said_good else BAD))
    at = random.randrange(len(words) + 1)
    words[at:at] = [NOT, word] if negated else [word]
    return words, label


def collate(batch):
    longest = max(len(words) for words, _ in batch)
    ids = torch.tensor([words + [PAD] * (longest - len(words)) for words, _ in batch])
    return ids, torch.tensor([label for _, label in batch])


class ScaledDotProductAttention(nn.Module):
    def forward(self, q, k, v, mask):
        score = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        score = score.masked_fill(~mask, float("-inf"))
        return torch.softmax(score, dim=-1) @ v


class Block(nn.Module):
    def __init__(self, d_model, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.attention = ScaledDotProductAttention()
        self.concat = nn.Linear(d_model, d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.ffn = nn.Sequential(nn.Linear(d_model, 2 * d_model), nn.GELU(), nn.Linear(2 * d_model, d_model))
        self.norm2 = nn.LayerNorm(d_model)

    def forward(self, x, mask):
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        mixed = self.attention(q, k, v, mask).transpose(1, 2).reshape(b, n, d)
        x = self.norm1(x + self.concat(mixed))
        return self.norm2(x + self.ffn(x))


class Classifier(nn.Module):
    def __init__(self, d_model=32, heads=4, depth=2):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, d_model, padding_idx=PAD)
        self.place = nn.Embedding(16, d_model)
        self.blocks = nn.ModuleList(Block(d_model, heads) for _ in range(depth))
        self.fc = nn.Linear(d_model, 2)

    def forward(self, ids):
        kept = ids != PAD
        mask = kept.unsqueeze(1).unsqueeze(3)
        x = self.embed(ids) + self.place(torch.arange(ids.size(1)))
        for block in self.blocks:
            x = block(x, mask)
        weights = kept.unsqueeze(-1).float()
        return self.fc((x * weights).sum(1) / weights.sum(1))


train = DataLoader([review() for _ in range(1600)], batch_size=40, shuffle=True, collate_fn=collate)
valid = DataLoader([review() for _ in range(400)], batch_size=100, collate_fn=collate)
model = Classifier()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
criterion = nn.CrossEntropyLoss()

for epoch in range(11):
    model.train()
    total = 0.0
    for ids, labels in train:
        loss = criterion(model(ids), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    model.eval()
    with torch.no_grad():
        right = sum((model(ids).argmax(1) == labels).sum().item() for ids, labels in valid)
    print(f"epoch {epoch} loss {total / len(train):.4f} accuracy {right / 400:.3f}")

print("METRIC accuracy", right / 400)
