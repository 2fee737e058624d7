"""Masked-token pretraining of a small transformer on sequences with a hidden rule."""

import math
import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

VOCAB, LENGTH, PAD, MASK = 10, 12, 10, 11
ACCUMULATE, UPDATES, WARMUP = 2, 340, 40


def make_sequences(n, rng):
    """Arithmetic progressions modulo the vocabulary, of various lengths, padded."""
    start = rng.integers(0, VOCAB, (n, 1))
    stride = rng.integers(1, 4, (n, 1))
    seq = (start + stride * np.arange(LENGTH)) % VOCAB
    lengths = rng.integers(7, LENGTH + 1, (n, 1))
    seq[np.arange(LENGTH)[None] >= lengths] = PAD
    return torch.from_numpy(seq)


def mask_tokens(tokens, rate=0.2):
    chosen = (torch.rand(tokens.shape) < rate) & (tokens != PAD)
    labels = tokens.masked_fill(~chosen, -100)
    return tokens.masked_fill(chosen, MASK), labels


class MaskedLM(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.tok = nn.Embedding(VOCAB + 2, d, padding_idx=PAD)
        self.pos = nn.Embedding(LENGTH, d)
        layer = nn.TransformerEncoderLayer(d, 4, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(d)
        self.bias = nn.Parameter(torch.zeros(VOCAB))

    def forward(self, tokens):
        h = self.tok(tokens) + self.pos(torch.arange(LENGTH))
        h = self.norm(self.encoder(h, src_key_padding_mask=tokens == PAD))
        return h @ self.tok.weight[:VOCAB].t() / math.sqrt(h.size(-1)) + self.bias


rng = np.random.default_rng(SEED)
model = MaskedLM()
criterion = nn.CrossEntropyLoss(ignore_index=-100)
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3, betas=(0.9, 0.98))
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min((s + 1) / WARMUP, math.sqrt(WARMUP / (s + 1))))

for update in range(UPDATES):
    optimizer.zero_grad()
    for _ in range(ACCUMULATE):
        inputs, labels = mask_tokens(make_sequences(32, rng))
        loss = criterion(model(inputs).flatten(0, 1), labels.flatten())
        (loss / ACCUMULATE).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    if update % 60 == 0:
        print(f"update {update} loss {loss.item():.3f} lr {scheduler.get_last_lr()[0]:.5f}")

model.eval()
with torch.no_grad():
    inputs, labels = mask_tokens(make_sequences(500, rng))
    hit = model(inputs).argmax(-1) == labels
print("METRIC masked_accuracy", (hit.sum() / (labels >= 0).sum()).item())
