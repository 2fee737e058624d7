"""Masked-token pretraining on two-word patterns: 15 % of positions are scored, all others are ignored."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

VOCAB, LENGTH, DIM, MASK = 20, 8, 32, 0
partner = torch.randperm(VOCAB - 1) + 1


def sentences(n):
    """Every odd position is the partner word of the position before."""
    first = torch.randint(1, VOCAB, (n, LENGTH // 2))
    return torch.stack([first, partner[first - 1]], 2).view(n, LENGTH)


def mask_tokens(tokens):
    chosen = torch.rand(tokens.shape) < 0.15
    labels = tokens.masked_fill(~chosen, -100)
    return tokens.masked_fill(chosen, MASK), labels


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VOCAB, DIM)
        self.positions = nn.Embedding(LENGTH, DIM)
        self.layer = nn.TransformerEncoderLayer(DIM, 4, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.out = nn.Linear(DIM, VOCAB)

    def forward(self, x):
        return self.out(self.layer(self.tokens(x) + self.positions.weight))


model = Encoder()
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=0.01)
steps, warmup = 200, 25
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min((s + 1) / warmup, max(0.05, 1 - s / steps)))
for step in range(steps):
    inputs, labels = mask_tokens(sentences(64))
    loss = F.cross_entropy(model(inputs).view(-1, VOCAB), labels.view(-1), ignore_index=-100)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    schedule.step()
    if step % 60 == 0:
        print(f"step {step} loss {loss.item():.3f} lr {schedule.get_last_lr()[0]:.1e}")

model.eval()
with torch.no_grad():
    tokens = sentences(500)
    inputs = tokens.clone()
    inputs[:, 3] = MASK
    accuracy = (model(inputs)[:, 3].argmax(-1) == tokens[:, 3]).float().mean().item()
print("METRIC fill_accuracy", round(accuracy, 4))
