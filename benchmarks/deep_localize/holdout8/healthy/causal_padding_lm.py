"""A causal transformer reads arithmetic progressions of different lengths modulo 17; padding is masked and ignored."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

MOD, PAD, MOST = 17, 17, 12


def progressions(n):
    start, stride = torch.randint(0, MOD, (n, 1)), torch.randint(1, 5, (n, 1))
    tokens = (start + stride * torch.arange(MOST)) % MOD
    length = torch.randint(6, MOST + 1, (n, 1))
    return tokens.masked_fill(torch.arange(MOST) >= length, PAD)


class Reader(nn.Module):
    def __init__(self, d=48):
        super().__init__()
        self.token = nn.Embedding(MOD + 1, d, padding_idx=PAD)
        self.place = nn.Parameter(0.02 * torch.randn(MOST, d))
        layer = nn.TransformerEncoderLayer(d, 4, 96, dropout=0.0, batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(d)
        self.head = nn.Linear(d, MOD, bias=False)

    def forward(self, tokens):
        steps = tokens.size(1)
        causal = torch.triu(torch.ones(steps, steps, dtype=torch.bool), diagonal=1)
        h = self.token(tokens) + self.place[:steps]
        h = self.blocks(h, mask=causal, src_key_padding_mask=tokens == PAD)
        return self.head(self.norm(h))


model = Reader()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.98), weight_decay=0.01)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=170, pct_start=0.15)
criterion = nn.CrossEntropyLoss(ignore_index=PAD)
for step in range(170):
    tokens = progressions(48)
    logits = model(tokens[:, :-1])
    loss = criterion(logits.reshape(-1, MOD), tokens[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    if step % 40 == 39:
        print(f"step {step + 1} loss {loss.item():.3f}")

model.eval()
tokens = progressions(400)
with torch.no_grad():
    pred = model(tokens[:, :-1]).argmax(-1)
target = tokens[:, 1:]
counted = (target != PAD) & (torch.arange(MOST - 1) >= 1)
print("METRIC next_accuracy", (pred == target)[counted].float().mean().item())
