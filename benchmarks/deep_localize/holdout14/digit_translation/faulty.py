"""Sequence-to-sequence Transformer that rewrites digit strings (reverses them and adds one to each digit)."""

import math
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

BOS, VOCAB, LENGTH, DIM = 10, 11, 6, 48


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_len=500):
        super().__init__()
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[: x.size(0)]


class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, DIM)
        nn.init.normal_(self.embed.weight, std=DIM**-0.5)
        self.pos = PositionalEncoding(DIM)
        self.transformer = nn.Transformer(
            DIM, nhead=2, num_encoder_layers=1, num_decoder_layers=1, dim_feedforward=64, dropout=0.0, batch_first=True
        )
        self.out = nn.Linear(DIM, VOCAB)

    def forward(self, src, tgt):
        mask = nn.Transformer.generate_square_subsequent_mask(tgt.size(1))
        src = self.pos(self.embed(src) * math.sqrt(DIM))
        tgt = self.pos(self.embed(tgt) * math.sqrt(DIM))
        return self.out(self.transformer(src, tgt, tgt_mask=mask, tgt_is_causal=True))


def batch(n):
    src = torch.randint(0, 10, (n, LENGTH))
    target = (src.flip(1) + 1) % 10
    shifted = torch.cat([torch.full((n, 1), BOS), target[:, :-1]], dim=1)
    return src, shifted, target


@torch.no_grad()
def greedy(model, src):
    model.eval()
    tokens = torch.full((len(src), 1), BOS)
    for _ in range(LENGTH):
        nxt = model(src, tokens)[:, -1].argmax(-1, keepdim=True)
        tokens = torch.cat([tokens, nxt], dim=1)
    model.train()
    return tokens[:, 1:]


model = Translator()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, betas=(0.9, 0.98))
warmup = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 40))
criterion = nn.CrossEntropyLoss()

for step in range(400):
    src, shifted, target = batch(48)
    logits = model(src, shifted)
    loss = criterion(logits.reshape(-1, VOCAB), target.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    warmup.step()
    if step % 100 == 99:
        print(f"step {step + 1} loss {loss.item():.3f}")

src, _, target = batch(256)
accuracy = (greedy(model, src) == target).float().mean().item()
print(f"METRIC token_accuracy {accuracy:.4f}")
