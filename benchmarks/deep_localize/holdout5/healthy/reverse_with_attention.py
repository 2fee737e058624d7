"""Sequence to sequence: reverse a string. Teacher forcing, padding ignored, attention by hand."""

import os
import random

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pad_sequence

seed = int(os.environ.get("SEED", "0"))
random.seed(seed)
torch.manual_seed(seed)
PAD, BOS, EOS, LETTERS = 0, 1, 2, 10


def batch(n):
    strings = [[random.randrange(3, 3 + LETTERS) for _ in range(random.randint(3, 6))] for _ in range(n)]
    src = pad_sequence([torch.tensor(s) for s in strings], batch_first=True, padding_value=PAD)
    tgt = pad_sequence([torch.tensor([BOS, *s[::-1], EOS]) for s in strings], batch_first=True, padding_value=PAD)
    return src, tgt


class Seq2Seq(nn.Module):
    def __init__(self, dim=48):
        super().__init__()
        self.embed = nn.Embedding(3 + LETTERS, dim, padding_idx=PAD)
        self.encoder = nn.GRU(dim, dim, batch_first=True)
        self.decoder = nn.GRU(dim, dim, batch_first=True)
        self.query = nn.Linear(dim, dim)
        self.out = nn.Linear(2 * dim, 3 + LETTERS)

    def forward(self, src, tgt_in):
        memory, h = self.encoder(self.embed(src))
        states, _ = self.decoder(self.embed(tgt_in), h)
        scores = self.query(states) @ memory.transpose(1, 2)
        scores = scores.masked_fill((src == PAD)[:, None], -1e9)
        context = scores.softmax(-1) @ memory
        return self.out(torch.cat([states, context], -1))


model = Seq2Seq()
optimizer = torch.optim.Adam(model.parameters(), lr=6e-3)
for step in range(230):
    src, tgt = batch(64)
    logits = model(src, tgt[:, :-1])
    loss = F.cross_entropy(logits.transpose(1, 2), tgt[:, 1:], ignore_index=PAD)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 100 == 0:
        print(step, loss.item())

src, tgt = batch(300)
with torch.no_grad():
    hit = model(src, tgt[:, :-1]).argmax(-1) == tgt[:, 1:]
real = tgt[:, 1:] != PAD
print("METRIC token_accuracy", hit[real].float().mean().item())
