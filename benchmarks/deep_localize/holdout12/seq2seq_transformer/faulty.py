"""Recurrent encoder and tiny transformer decoder that translates between two made-up number notations."""

import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

BOS, OFFSET = 0, 1
VOCAB, LENGTH, WIDTH, HEADS = 5, 5, 32, 2


def make_pairs(n):
    """Target: running sums of the source, modulo 4."""
    src = torch.randint(0, VOCAB - 1, (n, LENGTH))
    tgt = src.cumsum(1) % (VOCAB - 1)
    return src + OFFSET, tgt + OFFSET


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(WIDTH, WIDTH)
        self.kv = nn.Linear(WIDTH, 2 * WIDTH)
        self.proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, x, memory, mask=None):
        b, t, _ = x.shape
        q = self.q(x).view(b, t, HEADS, -1).transpose(1, 2)
        k, v = self.kv(memory).view(b, memory.shape[1], 2, HEADS, -1).permute(2, 0, 3, 1, 4)
        h = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.proj(h.transpose(1, 2).reshape(b, t, WIDTH))


class DecoderLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = Attention()
        self.norm1 = nn.LayerNorm(WIDTH)
        self.cross = Attention()
        self.norm2 = nn.LayerNorm(WIDTH)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH))
        self.norm3 = nn.LayerNorm(WIDTH)

    def forward(self, x, memory, mask):
        h = self.norm1(x)
        x = x + self.attn(h, h, mask)
        x = x + self.cross(self.norm2(x), memory)
        return x + self.mlp(self.norm3(x))


class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed_src = nn.Embedding(VOCAB, WIDTH)
        self.embed_tgt = nn.Embedding(VOCAB, WIDTH)
        self.pos = nn.Parameter(torch.randn(LENGTH, WIDTH))
        self.encoder = nn.GRU(WIDTH, WIDTH, batch_first=True)
        self.decoder = DecoderLayer()
        self.out = nn.Linear(WIDTH, VOCAB)

    def forward(self, src, tgt_in):
        memory, _ = self.encoder(self.embed_src(src))
        memory = memory + self.pos
        t = tgt_in.shape[1]
        causal = torch.triu(torch.ones(t, t, dtype=torch.bool), diagonal=1)
        h = self.decoder(self.embed_tgt(tgt_in) + self.pos[:t], memory, causal)
        return self.out(h)

    @torch.no_grad()
    def translate(self, src):
        tokens = torch.full((len(src), 1), BOS)
        for _ in range(LENGTH):
            nxt = self(src, tokens)[:, -1].argmax(1, keepdim=True)
            tokens = torch.cat([tokens, nxt], 1)
        return tokens[:, 1:]


model = Translator()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
test_src, test_tgt = make_pairs(100)
STEPS = 230
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=STEPS)

for step in range(STEPS):
    model.train()
    src, tgt = make_pairs(48)
    tgt_in = torch.cat([torch.full((len(tgt), 1), BOS), tgt[:, :-1]], 1)
    logits = model(src, tgt_in)
    loss = F.cross_entropy(logits.reshape(-1, VOCAB), tgt.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    if step % 115 == 114:
        model.eval()
        acc = (model.translate(test_src) == test_tgt).float().mean().item()
        print(f"step {step + 1} loss {loss.item():.4f} token accuracy {acc:.3f}")

model.eval()
acc = (model.translate(test_src) == test_tgt).float().mean().item()
print(f"METRIC token_accuracy {acc:.4f}")
