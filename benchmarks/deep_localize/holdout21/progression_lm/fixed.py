"""Small decoder-only transformer trained on padded number progressions."""

import argparse
import math
import os

import torch
import torch.nn as nn

p = argparse.ArgumentParser()
p.add_argument("--epochs", type=int, default=8)
p.add_argument("--lr", type=float, default=2e-3)
p.add_argument("--d", type=int, default=48)
args = p.parse_args()
torch.manual_seed(int(os.environ.get("SEED", 0)))

PAD, EOS, BASE, MOD, MAXLEN = 0, 1, 2, 13, 18
VOCAB = BASE + MOD


def sample_sequences(n):
    rows = torch.full((n, MAXLEN), PAD)
    for i in range(n):
        start = torch.randint(MOD, (1,)).item()
        step = torch.randint(1, 7, (1,)).item()
        length = torch.randint(8, MAXLEN, (1,)).item()
        seq = (start + step * torch.arange(length)) % MOD + BASE
        rows[i, :length] = seq
        rows[i, length] = EOS
    return rows


class DecoderLM(nn.Module):
    def __init__(self, d, heads=4, layers=2):
        super().__init__()
        self.tok = nn.Embedding(VOCAB, d, padding_idx=PAD)
        self.pos = nn.Parameter(torch.randn(MAXLEN, d) * 0.02)
        block = nn.TransformerEncoderLayer(d, heads, 4 * d, dropout=0.0, batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(block, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(d)
        self.lm_head = nn.Linear(d, VOCAB)
        self.scale = math.sqrt(d)

    def forward(self, ids):
        T = ids.size(1)
        causal = torch.triu(torch.ones(T, T, dtype=torch.bool), 1)
        h = self.tok(ids) * self.scale + self.pos[:T]
        h = self.blocks(h, mask=causal, src_key_padding_mask=ids.eq(PAD))
        return self.lm_head(self.norm(h))


@torch.no_grad()
def continuation_accuracy(model, seqs, prefix=3, steps=5):
    model.eval()
    ids = seqs[:, :prefix].clone()
    for _ in range(steps):
        nxt = model(ids)[:, -1].argmax(-1, keepdim=True)
        ids = torch.cat([ids, nxt], 1)
    model.train()
    return (ids[:, prefix:] == seqs[:, prefix : prefix + steps]).float().mean().item()


train, test = sample_sequences(1400), sample_sequences(200)
model = DecoderLM(args.d)
opt = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.01)
criterion = nn.CrossEntropyLoss(ignore_index=PAD)

for epoch in range(args.epochs):
    total, steps = 0.0, 0
    for batch in train[torch.randperm(len(train))].split(50):
        logits = model(batch[:, :-1])
        loss = criterion(logits.reshape(-1, VOCAB), batch[:, 1:].reshape(-1))
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        total += loss.item()
        steps += 1
    print(f"epoch {epoch + 1}: loss {total / steps:.4f} ppl {math.exp(total / steps):.2f}")

print("METRIC accuracy", continuation_accuracy(model, test))
