"""Tiny transformer that reverses a sequence of tokens; AdamW, linear warm-up from zero, then cosine decay."""

import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

VOCAB, LENGTH, DIM = 12, 8, 48
STEPS, WARMUP = 500, 80


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attention = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, x):
        h = self.norm1(x)
        x = x + self.attention(h, h, h, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))


class Reverser(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Embedding(VOCAB, DIM)
        self.position = nn.Parameter(torch.randn(LENGTH, DIM) * 0.3)
        self.blocks = nn.ModuleList([Block(DIM, 4) for _ in range(2)])
        self.norm = nn.LayerNorm(DIM)
        self.head = nn.Linear(DIM, VOCAB)

    def forward(self, tokens):
        x = self.token(tokens) + self.position
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def rate(step):
    if step < WARMUP:
        return (step + 1) / WARMUP
    return 0.5 * (1 + math.cos(math.pi * (step - WARMUP) / (STEPS - WARMUP)))


model = Reverser()
decay = [p for p in model.parameters() if p.dim() > 1]
no_decay = [p for p in model.parameters() if p.dim() <= 1]
optimizer = torch.optim.AdamW(
    [{"params": decay, "weight_decay": 0.01}, {"params": no_decay, "weight_decay": 0.0}], lr=4e-3
)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)

for step in range(STEPS):
    tokens = torch.randint(VOCAB, (32, LENGTH))
    logits = model(tokens)
    loss = F.cross_entropy(logits.reshape(-1, VOCAB), tokens.flip(1).reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    if step % 100 == 0:
        print(f"step {step} lr {scheduler.get_last_lr()[0]:.5f} loss {loss.item():.3f}")

model.eval()
with torch.no_grad():
    tokens = torch.randint(VOCAB, (500, LENGTH))
    accuracy = (model(tokens).argmax(-1) == tokens.flip(1)).float().mean().item()
print(f"METRIC token_accuracy {accuracy:.4f}")
