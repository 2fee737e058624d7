"""Translate token sequences into another alphabet with an encoder-decoder transformer."""

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

PAD, BOS, EOS = 0, 1, 2
N_WORDS = 12
VOCAB = N_WORDS + 3
MAX_LEN = 7
LEXICON = np.random.permutation(N_WORDS)


def make_batch(size):
    src = np.full((size, MAX_LEN + 2), PAD)
    tgt = np.full((size, MAX_LEN + 2), PAD)
    for row in range(size):
        n = np.random.randint(3, MAX_LEN + 1)
        words = np.random.randint(0, N_WORDS, n)
        src[row, :n] = words + 3
        src[row, n] = EOS
        tgt[row, 0] = BOS
        tgt[row, 1 : n + 1] = LEXICON[words] + 3
        tgt[row, n + 1] = EOS
    return torch.from_numpy(src), torch.from_numpy(tgt)


class PositionalEncoding(nn.Module):
    def __init__(self, dim, length=32):
        super().__init__()
        position = torch.arange(length).unsqueeze(1)
        rate = torch.exp(torch.arange(0, dim, 2) * (-math.log(100.0) / dim))
        table = torch.zeros(length, dim)
        table[:, 0::2] = torch.sin(position * rate)
        table[:, 1::2] = torch.cos(position * rate)
        self.register_buffer("table", table)

    def forward(self, x):
        return x + self.table[: x.size(1)]


class Translator(nn.Module):
    def __init__(self, dim=32, heads=2):
        super().__init__()
        self.src_embed = nn.Embedding(VOCAB, dim)
        self.tgt_embed = nn.Embedding(VOCAB, dim)
        self.position = PositionalEncoding(dim)
        enc = nn.TransformerEncoderLayer(dim, heads, 64, dropout=0.0, batch_first=True, norm_first=True)
        dec = nn.TransformerDecoderLayer(dim, heads, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(enc, 1, enable_nested_tensor=False)
        self.decoder = nn.TransformerDecoder(dec, 1)
        self.generator = nn.Linear(dim, VOCAB)

    def forward(self, src, tgt):
        src_mask = src != PAD
        causal = torch.triu(torch.ones(tgt.size(1), tgt.size(1), dtype=torch.bool), diagonal=1)
        memory = self.encoder(self.position(self.src_embed(src)), src_key_padding_mask=src_mask)
        hidden = self.decoder(
            self.position(self.tgt_embed(tgt)), memory, tgt_mask=causal, memory_key_padding_mask=src_mask
        )
        return self.generator(hidden)


def main():
    model = Translator()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    criterion = nn.CrossEntropyLoss(ignore_index=PAD)
    for step in range(300):
        src, tgt = make_batch(32)
        logits = model(src, tgt[:, :-1])
        loss = criterion(logits.reshape(-1, VOCAB), tgt[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step} loss {loss.item():.3f}")

    model.eval()
    src, tgt = make_batch(200)
    with torch.no_grad():
        guess = model(src, tgt[:, :-1]).argmax(-1)
    real = tgt[:, 1:] != PAD
    print("METRIC token_accuracy", (guess == tgt[:, 1:])[real].float().mean().item())


if __name__ == "__main__":
    main()
