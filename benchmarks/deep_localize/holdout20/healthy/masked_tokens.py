"""Masked token modelling of repeating patterns with a transformer, warm-up and gradient accumulation."""

import os
import random

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

WORDS, LENGTH, MASK, ACCUMULATE = 10, 12, 10, 2


def make_batch(n):
    unit = torch.randint(WORDS, (n, 3))
    tokens = unit.repeat(1, LENGTH // 3)
    hidden = torch.rand(n, LENGTH) < 0.2
    hidden[:, 0] |= ~hidden.any(1)
    labels = torch.where(hidden, tokens, -100)
    return torch.where(hidden, MASK, tokens), labels


class MaskedLM(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.token = nn.Embedding(WORDS + 1, dim)
        nn.init.normal_(self.token.weight, std=0.3)
        self.position = nn.Parameter(0.5 * torch.randn(LENGTH, dim))
        layer = nn.TransformerEncoderLayer(dim, 2, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(dim)

    def forward(self, ids):
        h = self.norm(self.encoder(self.token(ids) + self.position))
        return h @ self.token.weight[:WORDS].T


model = MaskedLM()
optimizer = torch.optim.AdamW(model.parameters(), lr=6e-3, betas=(0.9, 0.98))
warmup = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min((s + 1) / 30, (30 / (s + 1)) ** 0.5))
criterion = nn.CrossEntropyLoss(ignore_index=-100)
for step in range(400):
    optimizer.zero_grad()
    for _ in range(ACCUMULATE):
        ids, labels = make_batch(32)
        loss = criterion(model(ids).flatten(0, 1), labels.flatten()) / ACCUMULATE
        loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    warmup.step()
    if step % 100 == 0:
        print(f"step {step} loss {loss.item() * ACCUMULATE:.3f} lr {warmup.get_last_lr()[0]:.5f}")

model.eval()
with torch.no_grad():
    ids, labels = make_batch(300)
    hidden = labels != -100
    print("METRIC masked_accuracy", (model(ids).argmax(-1) == labels)[hidden].float().mean().item())
