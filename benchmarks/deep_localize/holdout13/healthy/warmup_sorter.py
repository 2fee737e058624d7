"""Tells the majority symbol of a sequence with a post-norm transformer, linear warm-up and cosine decay."""

import math
import os
from dataclasses import dataclass

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


@dataclass
class Settings:
    symbols: int = 6
    length: int = 13
    dim: int = 32
    steps: int = 320
    warmup: int = 100
    lr: float = 4e-3
    batch: int = 48


s = Settings()


def sample(n):
    favourite = torch.randint(0, s.symbols, (n, 1))
    tokens = torch.where(torch.rand(n, s.length) < 0.4, favourite, torch.randint(0, s.symbols, (n, s.length)))
    counts = nn.functional.one_hot(tokens, s.symbols).sum(1)
    top = counts.topk(2, dim=1)
    clear = top.values[:, 0] > top.values[:, 1]
    return tokens[clear], counts.argmax(1)[clear]


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.cls = nn.Parameter(torch.zeros(1, 1, s.dim))
        self.embedding = nn.Embedding(s.symbols, s.dim)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(s.dim, 4, 2 * s.dim, dropout=0.0, batch_first=True) for _ in range(2)
        )
        self.head = nn.Linear(s.dim, s.symbols)

    def forward(self, tokens):
        x = torch.cat([self.cls.expand(len(tokens), -1, -1), self.embedding(tokens)], 1)
        for layer in self.layers:
            x = layer(x)
        return self.head(x[:, 0])


def rate(step):
    if step < s.warmup:
        return (step + 1) / s.warmup
    return 0.5 * (1 + math.cos(math.pi * (step - s.warmup) / (s.steps - s.warmup)))


model = Classifier()
optimizer = torch.optim.AdamW(model.parameters(), lr=s.lr, betas=(0.9, 0.98), weight_decay=0.01)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
for step in range(s.steps):
    tokens, target = sample(s.batch)
    loss = nn.functional.cross_entropy(model(tokens), target)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    if step % 80 == 0:
        print(f"step {step} lr {scheduler.get_last_lr()[0]:.2e} loss {loss.item():.3f}")

model.eval()
with torch.no_grad():
    tokens, target = sample(1000)
    accuracy = (model(tokens).argmax(1) == target).float().mean().item()
print(f"METRIC accuracy {accuracy:.4f}")
