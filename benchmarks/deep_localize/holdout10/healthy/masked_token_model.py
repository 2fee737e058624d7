"""Masked-token pretraining: a tiny BERT, loss on the masked 20 % of the positions only."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

PAD, MASK, FIRST, VOCAB, LENGTH = 0, 1, 2, 22, 16


def sequences(n):
    """Arithmetic progressions modulo 20, of random length, padded."""
    start = torch.randint(20, (n, 1))
    stride = torch.randint(1, 4, (n, 1))
    tokens = (start + stride * torch.arange(LENGTH)) % 20 + FIRST
    lengths = torch.randint(8, LENGTH + 1, (n, 1))
    tokens[torch.arange(LENGTH) >= lengths] = PAD
    return tokens


def corrupt(tokens):
    chosen = (torch.rand(tokens.shape) < 0.2) & (tokens != PAD)
    labels = tokens.masked_fill(~chosen, -100)
    return tokens.masked_fill(chosen, MASK), labels


class TinyBert(nn.Module):
    def __init__(self, dim=48, heads=4, layers=2):
        super().__init__()
        self.token = nn.Embedding(VOCAB, dim, padding_idx=PAD)
        self.position = nn.Parameter(0.02 * torch.randn(LENGTH, dim))
        layer = nn.TransformerEncoderLayer(
            dim, heads, 96, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(dim)

    def forward(self, tokens):
        h = self.token(tokens) + self.position
        h = self.norm(self.encoder(h, src_key_padding_mask=tokens == PAD))
        return h @ self.token.weight.T  # tied


model = TinyBert()
nn.init.normal_(model.token.weight, std=0.1)
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.98), weight_decay=0.01)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=450, pct_start=0.2)
test_tokens = sequences(400)


def masked_accuracy():
    model.eval()
    noisy, labels = corrupt(test_tokens)
    with torch.no_grad():
        guess = model(noisy).argmax(-1)
    keep = labels != -100
    model.train()
    return (guess[keep] == labels[keep]).float().mean().item()


for step in range(1, 451):
    noisy, labels = corrupt(sequences(48))
    loss = F.cross_entropy(model(noisy).flatten(0, 1), labels.flatten(), ignore_index=-100)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    schedule.step()
    if step % 75 == 0:
        print(f"step {step} loss {loss.item():.4f} masked accuracy {masked_accuracy():.3f}")

print("METRIC masked_accuracy", masked_accuracy())
