"""Key-value recall with a small transformer written from scratch."""

import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

VOCAB, PAIRS = 12, 8


def batch(n):
    """Every position holds a key and a value; every position asks for the value of another key."""
    keys = torch.rand(n, PAIRS).argsort(1)
    values = torch.randint(0, VOCAB, (n, PAIRS))
    asked = torch.rand(n, PAIRS).argsort(1)
    where = (keys[:, None, :] == asked[:, :, None]).float().argmax(-1)
    return keys, values, asked, values.gather(1, where)


class MultiheadAttention(nn.Module):
    def __init__(self, hidden_dim, num_heads):
        super().__init__()
        self.num_heads, self.qkv_dim = num_heads, hidden_dim // num_heads
        self.q_proj = nn.Linear(hidden_dim, hidden_dim)
        self.k_proj = nn.Linear(hidden_dim, hidden_dim)
        self.v_proj = nn.Linear(hidden_dim, hidden_dim)
        self.o_proj = nn.Linear(hidden_dim, hidden_dim)

    def split(self, x):
        b, s, _ = x.shape
        return x.reshape(b, s, self.num_heads, self.qkv_dim).transpose(1, 2)

    def forward(self, x):
        b, s, d = x.shape
        q, k, v = self.split(self.q_proj(x)), self.split(self.k_proj(x)), self.split(self.v_proj(x))
        weights = F.softmax(q @ k.transpose(-2, -1) / math.sqrt(self.qkv_dim), dim=-1)
        values = weights @ v
        values = values.reshape(b, s, d)
        return self.o_proj(values)


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.attention = MultiheadAttention(d, heads)
        self.ffn = nn.Sequential(nn.Linear(d, 2 * d), nn.ReLU(), nn.Linear(2 * d, d))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.ffn(self.norm2(x))


class Recall(nn.Module):
    def __init__(self, d=48, heads=2):
        super().__init__()
        self.key, self.value, self.query = nn.Embedding(PAIRS, d), nn.Embedding(VOCAB, d), nn.Embedding(PAIRS, d)
        self.block = Block(d, heads)
        self.head = nn.Linear(d, VOCAB)

    def forward(self, keys, values, asked):
        return self.head(self.block(self.key(keys) + self.value(values) + self.query(asked)))


model = Recall()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
for step in range(600):
    keys, values, asked, answer = batch(64)
    loss = F.cross_entropy(model(keys, values, asked).flatten(0, 1), answer.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print(step, f"{loss.item():.3f}")

model.eval()
with torch.no_grad():
    keys, values, asked, answer = batch(500)
    accuracy = (model(keys, values, asked).argmax(-1) == answer).float().mean().item()
print(f"METRIC accuracy {accuracy:.4f}")
