"""A tiny transformer language model on arithmetic-like token chains; checked by generating the last half."""

import math
import os
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


@dataclass
class GPTConfig:
    vocab: int = 13
    block: int = 10
    dim: int = 32
    heads: int = 2
    layers: int = 1


def chains(n, length):
    """x_{t+1} = x_t + step (mod vocab); the step is fixed within a chain."""
    start = torch.randint(0, 13, (n, 1))
    step = torch.randint(1, 5, (n, 1))
    return (start + step * torch.arange(length)) % 13


class Attention(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.qkv = nn.Linear(cfg.dim, 3 * cfg.dim)
        self.proj = nn.Linear(cfg.dim, cfg.dim)
        self.heads = cfg.heads

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = (t.view(B, T, self.heads, C // self.heads).transpose(1, 2) for t in self.qkv(x).split(C, dim=2))
        att = (q @ k.transpose(-2, -1)) / math.sqrt(C // self.heads)
        att = att.masked_fill(torch.ones(T, T).triu(1).bool(), float("-inf"))
        att = F.softmax(att, dim=-1)
        return self.proj((att @ v).transpose(1, 2).reshape(B, T, C))


class Block(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(cfg.dim), nn.LayerNorm(cfg.dim)
        self.attn = Attention(cfg)
        self.mlp = nn.Sequential(nn.Linear(cfg.dim, 4 * cfg.dim), nn.GELU(), nn.Linear(4 * cfg.dim, cfg.dim))

    def forward(self, x):
        x = x + self.attn(self.ln1(x))
        return x + self.mlp(self.ln2(x))


class GPT(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.tok = nn.Embedding(cfg.vocab, cfg.dim)
        self.pos = nn.Embedding(cfg.block, cfg.dim)
        self.blocks = nn.Sequential(*[Block(cfg) for _ in range(cfg.layers)])
        self.norm = nn.LayerNorm(cfg.dim)
        self.lm_head = nn.Linear(cfg.dim, cfg.vocab)

    def forward(self, idx):
        x = self.tok(idx) + self.pos(torch.arange(idx.shape[1]))
        return self.lm_head(self.norm(self.blocks(x)))


cfg = GPTConfig()
model = GPT(cfg)
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
for it in range(220):
    data = chains(32, cfg.block + 1)
    logits = model(data[:, :-1])
    loss = F.cross_entropy(logits.reshape(-1, cfg.vocab), data[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if it % 50 == 0:
        print(f"iter {it} loss {loss.item():.4f}")

model.eval()
truth = chains(300, cfg.block)
generated = truth[:, :5]
with torch.no_grad():
    while generated.shape[1] < cfg.block:
        generated = torch.cat([generated, model(generated)[:, -1].argmax(-1, keepdim=True)], 1)
accuracy = (generated[:, 5:] == truth[:, 5:]).float().mean().item()
print("METRIC generation_accuracy", round(accuracy, 4))
