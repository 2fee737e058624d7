"""Small GPT with tied embeddings on telegrams made by a little grammar; warm-up, cosine, separate weight decay groups."""

import math
import os
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

NAMES = ["anna", "boris", "clara", "david"]
VERBS = ["arrives", "leaves", "waits", "returns"]
PLACES = ["paris", "rome", "vienna", "oslo"]
DAYS = ["monday", "friday", "sunday"]


def telegram():
    return f"{random.choice(NAMES)} {random.choice(VERBS)} {random.choice(['in', 'near'])} {random.choice(PLACES)} {random.choice(DAYS)}. "


text = "".join(telegram() for _ in range(900))
chars = sorted(set(text))
data = torch.tensor([chars.index(c) for c in text])
cut = int(0.9 * len(data))
train_data, val_data = data[:cut], data[cut:]
CONTEXT, DIM, HEADS, STEPS = 32, 32, 2, 260


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(DIM), nn.LayerNorm(DIM)
        self.qkv = nn.Linear(DIM, 3 * DIM)
        self.proj = nn.Linear(DIM, DIM)
        self.mlp = nn.Sequential(nn.Linear(DIM, 4 * DIM), nn.GELU(), nn.Linear(4 * DIM, DIM))

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = (z.view(b, t, HEADS, -1).transpose(1, 2) for z in self.qkv(self.ln1(x)).chunk(3, -1))
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(a.transpose(1, 2).reshape(b, t, DIM))
        return x + self.mlp(self.ln2(x))


class CharLM(nn.Module):
    def __init__(self, vocab):
        super().__init__()
        self.tok = nn.Embedding(vocab, DIM)
        self.pos = nn.Embedding(CONTEXT, DIM)
        self.blocks = nn.Sequential(Block(), Block())
        self.ln = nn.LayerNorm(DIM)
        self.head = nn.Linear(DIM, vocab, bias=False)
        self.apply(self.init)
        self.head.weight = self.tok.weight

    @staticmethod
    def init(module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.05)
            if getattr(module, "bias", None) is not None:
                nn.init.zeros_(module.bias)

    def forward(self, idx):
        x = self.tok(idx) + self.pos(torch.arange(idx.size(1)))
        return self.head(self.ln(self.blocks(x)))


def batch(source, n=32):
    start = torch.randint(0, len(source) - CONTEXT - 1, (n,))
    index = start.unsqueeze(1) + torch.arange(CONTEXT + 1)
    chunk = source[index]
    return chunk[:, :-1], chunk[:, 1:]


model = CharLM(len(chars))
decayed = [p for p in model.parameters() if p.dim() >= 2]
plain = [p for p in model.parameters() if p.dim() < 2]
optimizer = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}], lr=6e-3, betas=(0.9, 0.98)
)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda s: min((s + 1) / 20, 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * s / STEPS)))
)

for step in range(STEPS):
    model.train()
    inputs, targets = batch(train_data)
    logits = model(inputs)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    if step % 40 == 0:
        print(f"step {step} loss {loss.item():.4f} lr {scheduler.get_last_lr()[0]:.5f}")

model.eval()
with torch.no_grad():
    inputs, targets = batch(val_data, 200)
    nll = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten()).item()
print(f"METRIC val_nll {nll:.4f}")
