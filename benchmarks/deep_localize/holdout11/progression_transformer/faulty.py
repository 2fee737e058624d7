"""A tiny decoder-only transformer continues arithmetic progressions modulo 10."""

import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

VOCAB, LENGTH, DIM, HEADS = 10, 12, 48, 4


def sample(n):
    start = torch.randint(VOCAB, (n, 1))
    step = torch.randint(1, 5, (n, 1))
    return (start + step * torch.arange(LENGTH)) % VOCAB


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.c_attn = nn.Linear(DIM, 3 * DIM)
        self.c_proj = nn.Linear(DIM, DIM)

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = self.c_attn(x).view(b, t, 3, HEADS, DIM // HEADS).permute(2, 0, 3, 1, 4)
        causal_mask = torch.ones(t, t, dtype=torch.bool).tril()
        attn_mask = torch.zeros(t, t)
        attn_mask.masked_fill(~causal_mask, torch.finfo(x.dtype).min)
        scores = q @ k.transpose(-1, -2) / math.sqrt(DIM // HEADS) + attn_mask
        out = scores.softmax(-1) @ v
        return self.c_proj(out.transpose(1, 2).reshape(b, t, DIM))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1 = nn.LayerNorm(DIM)
        self.attn = Attention()
        self.ln_2 = nn.LayerNorm(DIM)
        self.mlp = nn.Sequential(nn.Linear(DIM, 4 * DIM), nn.GELU(), nn.Linear(4 * DIM, DIM))

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(VOCAB, DIM)
        self.wpe = nn.Embedding(LENGTH, DIM)
        self.blocks = nn.ModuleList([Block() for _ in range(2)])
        self.ln_f = nn.LayerNorm(DIM)
        self.lm_head = nn.Linear(DIM, VOCAB)

    def forward(self, ids):
        x = self.wte(ids) + self.wpe(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.lm_head(self.ln_f(x))

    @torch.no_grad()
    def generate(self, ids, n):
        for _ in range(n):
            ids = torch.cat([ids, self(ids)[:, -1:].argmax(-1)], 1)
        return ids


model = Decoder()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: min(1.0, (i + 1) / 30))
for it in range(400):
    batch = sample(32)
    logits = model(batch[:, :-1])
    # the first two terms fix the progression
    loss = F.cross_entropy(logits[:, 1:].reshape(-1, VOCAB), batch[:, 2:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    if it % 100 == 99:
        print(f"iter {it + 1} loss {loss.item():.4f}")

model.eval()
test = sample(200)
continued = model.generate(test[:, :3], LENGTH - 3)
print("METRIC continuation_accuracy", round((continued[:, 3:] == test[:, 3:]).float().mean().item(), 4))
