import math
import os
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

seed = int(os.environ.get("SEED", "0"))
random.seed(seed)
torch.manual_seed(seed)

names = ["alba", "bruno", "carlo", "dina", "ettore", "fausta", "gino", "irma", "luca", "marta"]
verbs = ["sees", "hears", "calls", "likes"]
text = "".join(f"{random.choice(names)} {random.choice(verbs)} {random.choice(names)}. " for _ in range(1200))
vocab = sorted(set(text))
encode = {c: i for i, c in enumerate(vocab)}
ids = torch.tensor([encode[c] for c in text])
n = int(len(ids) * 0.9)
train_ids, val_ids = ids[:n], ids[n:]
block_size, n_embd, n_head = 24, 32, 4


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(n_embd), nn.LayerNorm(n_embd)
        self.qkv = nn.Linear(n_embd, 3 * n_embd)
        self.proj = nn.Linear(n_embd, n_embd)
        self.mlp = nn.Sequential(nn.Linear(n_embd, 4 * n_embd), nn.GELU(), nn.Linear(4 * n_embd, n_embd))

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = (t.view(B, T, n_head, C // n_head).transpose(1, 2) for t in self.qkv(self.ln1(x)).split(C, -1))
        att = q @ k.transpose(-2, -1) / math.sqrt(C // n_head)
        att = F.softmax(att, dim=-1)
        x = x + self.proj((att @ v).transpose(1, 2).reshape(B, T, C))
        return x + self.mlp(self.ln2(x))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok = nn.Embedding(len(vocab), n_embd)
        self.pos = nn.Embedding(block_size, n_embd)
        self.blocks = nn.Sequential(Block(), Block())
        self.ln = nn.LayerNorm(n_embd)
        self.head = nn.Linear(n_embd, len(vocab))

    def forward(self, idx):
        x = self.tok(idx) + self.pos(torch.arange(idx.shape[1]))
        return self.head(self.ln(self.blocks(x)))


model = GPT()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
for it in range(160):
    ix = torch.randint(len(train_ids) - block_size - 1, (32,))
    xb = torch.stack([train_ids[i : i + block_size] for i in ix])
    yb = torch.stack([train_ids[i + 1 : i + block_size + 1] for i in ix])
    loss = F.cross_entropy(model(xb).flatten(0, 1), yb.flatten())
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    if it % 40 == 0:
        print(f"iter {it}: loss {loss.item():.4f}")

# how well is the next character guessed from what is before it
starts = range(0, len(val_ids) - 20, 5)
prefix = torch.stack([val_ids[i : i + 14] for i in starts])
following = torch.stack([val_ids[i + 14] for i in starts])
with torch.no_grad():
    guess = model(prefix)[:, -1].argmax(-1)
print("METRIC next_char_accuracy", (guess == following).float().mean().item())
