"""A decoder-only transformer in bfloat16 autocast, long warm-up, causal mask."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

VOCAB, BLOCK, DIM, WARMUP, STEPS = 16, 20, 48, 120, 240


def text(n):
    """A word of 3 to 6 letters, repeated."""
    rows = []
    for size in torch.randint(3, 7, (n,)).tolist():
        word = torch.randint(VOCAB, (size,))
        rows.append(word.repeat(BLOCK // size + 2)[: BLOCK + 1])
    return torch.stack(rows)


class CausalBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(DIM), nn.LayerNorm(DIM)
        self.qkv = nn.Linear(DIM, 3 * DIM)
        self.proj = nn.Linear(DIM, DIM)
        self.mlp = nn.Sequential(nn.Linear(DIM, 3 * DIM), nn.GELU(), nn.Linear(3 * DIM, DIM))

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = self.qkv(self.ln1(x)).view(b, t, 3, 4, DIM // 4).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).reshape(b, t, DIM))
        return x + self.mlp(self.ln2(x))


class CharGPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(VOCAB, DIM)
        self.wpe = nn.Embedding(BLOCK, DIM)
        self.blocks = nn.ModuleList(CausalBlock() for _ in range(2))
        self.ln = nn.LayerNorm(DIM)
        self.head = nn.Linear(DIM, VOCAB, bias=False)
        for p in self.parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.08)

    def forward(self, idx):
        x = self.wte(idx) + self.wpe.weight[: idx.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.head(self.ln(x))


model = CharGPT()
matrices = [p for p in model.parameters() if p.dim() == 2]
rest = [p for p in model.parameters() if p.dim() != 2]
optimizer = torch.optim.AdamW(
    [{"params": matrices, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}], lr=6e-3, betas=(0.9, 0.95)
)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda s: (s + 1) / WARMUP if s < WARMUP else max(0.1, 1 - (s - WARMUP) / (STEPS - WARMUP))
)
test = text(256)


@torch.no_grad()
def accuracy():
    """On the last eight letters, where the word is known."""
    guess = model(test[:, :-1]).argmax(-1)
    return (guess == test[:, 1:])[:, -8:].float().mean().item()


for step in range(STEPS):
    rows = text(24)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(rows[:, :-1])
    loss = F.cross_entropy(logits.float().flatten(0, 1), rows[:, 1:].flatten())
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    if step % 50 == 49:
        print(f"step {step + 1} lr {scheduler.get_last_lr()[0]:.5f} loss {loss.item():.4f} accuracy {accuracy():.3f}")

print("METRIC accuracy", accuracy())
