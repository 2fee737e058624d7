"""A small transformer that says whether brackets are balanced, with warm-up and cosine decay."""

import math
import os
import random

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

LENGTH = 16


def balanced():
    out, depth, left = [], 0, LENGTH
    while left:
        if depth == 0 or (depth < left and random.random() < 0.5):
            out.append(1)
            depth += 1
        else:
            out.append(2)
            depth -= 1
        left -= 1
    return out


def sample():
    seq = balanced()
    if random.random() < 0.5:
        return seq, 1
    i, j = random.sample(range(LENGTH), 2)
    while seq[i] == seq[j]:
        i, j = random.sample(range(LENGTH), 2)
    seq[i], seq[j] = seq[j], seq[i]
    if random.random() < 0.6:
        random.shuffle(seq)
    depth = 0
    ok = True
    for s in seq:
        depth += 1 if s == 1 else -1
        ok &= depth >= 0
    return seq, int(ok)


pairs = [sample() for _ in range(2600)]
tokens = torch.tensor([p[0] for p in pairs])
labels = torch.tensor([p[1] for p in pairs], dtype=torch.float32)
train_t, train_l, test_t, test_l = tokens[:2000], labels[:2000], tokens[2000:], labels[2000:]


class BracketNet(nn.Module):
    def __init__(self, d_model=32):
        super().__init__()
        self.token = nn.Embedding(3, d_model)
        self.position = nn.Parameter(torch.randn(LENGTH + 1, d_model) * 0.1)
        self.cls = nn.Parameter(torch.randn(1, 1, d_model) * 0.1)
        layer = nn.TransformerEncoderLayer(d_model, 4, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(d_model)
        self.head = nn.Linear(d_model, 1)

    def forward(self, t):
        x = torch.cat([self.cls.expand(len(t), -1, -1), self.token(t)], 1) + self.position
        return self.head(self.norm(self.encoder(x)[:, 0])).squeeze(-1)


BASE_LR, WARMUP, STEPS = 3e-3, 40, 320


def lr_at(step):
    if step < WARMUP:
        return BASE_LR * (step + 1) / WARMUP
    return BASE_LR * 0.5 * (1 + math.cos(math.pi * (step - WARMUP) / (STEPS - WARMUP)))


model = BracketNet()
optimizer = torch.optim.AdamW(model.parameters(), lr=BASE_LR, weight_decay=0.01)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lr_at)
criterion = nn.BCEWithLogitsLoss()
for step in range(STEPS):
    idx = torch.randint(len(train_t), (48,))
    loss = criterion(model(train_t[idx]), train_l[idx])
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    if step % 80 == 79:
        print(f"step {step + 1} loss {loss.item():.4f}")

model.eval()
with torch.no_grad():
    accuracy = ((model(test_t) > 0) == (test_l > 0.5)).float().mean().item()
print("METRIC accuracy", accuracy)
