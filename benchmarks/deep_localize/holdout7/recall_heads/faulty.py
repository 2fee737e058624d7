"""Associative recall: key-value pairs in a row, then a key; a hand-written multi-head attention finds its value."""

import math
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

KEYS, PAIRS, DIM, HEADS = 12, 7, 32, 4


def episodes(n):
    keys = torch.stack([torch.randperm(KEYS)[:PAIRS] for _ in range(n)])
    values = torch.randint(0, 4, (n, PAIRS))
    asked = torch.randint(0, PAIRS, (n,))
    rows = torch.arange(n)
    return keys, values, keys[rows, asked], values[rows, asked]


class AttentionLayer(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.n_heads = heads
        self.query_projection = nn.Linear(dim, dim)
        self.key_projection = nn.Linear(dim, dim)
        self.value_projection = nn.Linear(dim, dim)
        self.out_projection = nn.Linear(dim, dim)

    def forward(self, x):
        B, L, D = x.shape
        H = self.n_heads
        queries = self.query_projection(x).view(B, L, H, -1)
        keys = self.key_projection(x).view(B, L, H, -1)
        values = self.value_projection(x).view(B, L, H, -1)
        queries = queries.view(B, H, L, -1)
        keys = keys.view(B, H, L, -1)
        values = values.view(B, H, L, -1)
        scores = queries @ keys.transpose(-2, -1) / math.sqrt(D // H)
        context = torch.softmax(scores, dim=-1) @ values
        return self.out_projection(context.transpose(1, 2).reshape(B, L, D))


class Recall(nn.Module):
    def __init__(self):
        super().__init__()
        self.key_embed = nn.Embedding(KEYS, DIM)
        self.value_embed = nn.Embedding(5, DIM)
        self.attention = AttentionLayer(DIM, HEADS)
        self.norm = nn.LayerNorm(DIM)
        self.head = nn.Sequential(nn.Linear(DIM, 64), nn.ReLU(), nn.Linear(64, 4))

    def forward(self, keys, values, asked):
        tokens = self.key_embed(torch.cat([keys, asked[:, None]], 1))
        blank = torch.full_like(asked[:, None], 4)
        tokens = tokens + self.value_embed(torch.cat([values, blank], 1))
        h = self.norm(tokens + self.attention(tokens))
        return self.head(h[:, -1])


model = Recall()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
keys, values, asked, answer = episodes(3000)
for epoch in range(14):
    total = 0.0
    for idx in torch.randperm(3000).split(50):
        loss = nn.functional.cross_entropy(model(keys[idx], values[idx], asked[idx]), answer[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() / 60
    print(f"epoch {epoch:2d} loss {total:.3f}")

tk, tv, ta, tans = episodes(600)
with torch.no_grad():
    print("METRIC accuracy", (model(tk, tv, ta).argmax(1) == tans).float().mean().item())
