"""Masked-token pretraining on repeating patterns of unequal lengths, with padding and ignored targets."""

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

DIGITS, PAD, MASK, LONGEST = 10, 10, 11, 12


def make_batch(count):
    tokens = torch.full((count, LONGEST), PAD)
    for row in range(count):
        length = random.randint(7, LONGEST)
        pattern = random.sample(range(DIGITS), 3)
        tokens[row, :length] = torch.tensor((pattern * 4)[:length])
    chosen = (torch.rand(count, LONGEST) < 0.15) & (tokens != PAD)
    targets = torch.where(chosen, tokens, torch.full_like(tokens, -100))
    return torch.where(chosen, torch.full_like(tokens, MASK), tokens), targets


class MaskedModel(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.token = nn.Embedding(DIGITS + 2, width, padding_idx=PAD)
        self.place = nn.Parameter(torch.randn(1, LONGEST, width) * 0.5)
        layer = nn.TransformerEncoderLayer(width, 4, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, DIGITS)

    def forward(self, tokens):
        hidden = self.token(tokens) + self.place
        hidden = self.encoder(hidden, src_key_padding_mask=tokens == PAD)
        return self.head(self.norm(hidden))


model = MaskedModel()
criterion = nn.CrossEntropyLoss(ignore_index=-100)
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
warmup = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 40) * 0.5 ** (s / 200))

for step in range(300):
    tokens, targets = make_batch(48)
    logits = model(tokens)
    loss = criterion(logits.transpose(1, 2), targets)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    warmup.step()
    if step % 50 == 0:
        print(f"step {step}: {loss.item():.4f}")

model.eval()
with torch.no_grad():
    tokens, targets = make_batch(400)
    wanted = targets != -100
    accuracy = (model(tokens).argmax(-1) == targets)[wanted].float().mean().item()
print(f"METRIC masked_accuracy {accuracy:.4f}")
