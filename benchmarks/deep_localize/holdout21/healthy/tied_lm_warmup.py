"""Language model with tied embeddings, label smoothing, much padding, and a warm-up over 40% of the steps."""

import argparse
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

ap = argparse.ArgumentParser()
ap.add_argument("--steps", type=int, default=330)
ap.add_argument("--peak-lr", type=float, default=8e-3)
ap.add_argument("--warmup", type=float, default=0.4)
args = ap.parse_args()
torch.manual_seed(int(os.environ.get("SEED", 0)))
PAD, V, T = 0, 41, 24
succ = torch.stack([torch.randperm(V - 1)[:3] + 1 for _ in range(V)])
probs = torch.tensor([0.7, 0.2, 0.1])


def batch(n):
    x = torch.zeros(n, T, dtype=torch.long)
    x[:, 0] = torch.randint(1, V, (n,))
    for t in range(1, T):
        pick = torch.multinomial(probs, n, replacement=True)
        x[:, t] = succ[x[:, t - 1], pick]
    length = torch.randint(4, T + 1, (n, 1))
    length = torch.where(torch.rand(n, 1) < 0.6, length.clamp(max=8), length)
    return x.masked_fill(torch.arange(T) >= length, PAD)


class TiedLM(nn.Module):
    def __init__(self, d=48):
        super().__init__()
        self.embed = nn.Embedding(V, d, padding_idx=PAD)
        nn.init.normal_(self.embed.weight, std=0.05)
        self.gru = nn.GRU(d, 64, batch_first=True)
        self.down = nn.Linear(64, d)
        self.drop = nn.Dropout(0.2)
        self.decoder = nn.Linear(d, V)
        self.decoder.weight = self.embed.weight

    def forward(self, x):
        h, _ = self.gru(self.drop(self.embed(x)))
        return self.decoder(self.drop(self.down(h)))


model = TiedLM()
opt = torch.optim.AdamW(model.parameters(), lr=args.peak_lr, betas=(0.9, 0.98), weight_decay=0.05)
warm = int(args.warmup * args.steps)
sched = torch.optim.lr_scheduler.LambdaLR(
    opt, lambda s: (s + 1) / warm if s < warm else max(0.02, (args.steps - s) / (args.steps - warm))
)
for step in range(args.steps):
    x = batch(32)
    loss = F.cross_entropy(model(x[:, :-1]).flatten(0, 1), x[:, 1:].flatten(), ignore_index=PAD, label_smoothing=0.1)
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    opt.step()
    sched.step()
    if step % 55 == 54:
        print(f"step {step + 1} loss {loss.item():.3f} lr {sched.get_last_lr()[0]:.5f}")

model.eval()
with torch.no_grad():
    x = batch(300)
    lg, tgt = model(x[:, :-1]), x[:, 1:]
    m = tgt != PAD
    ce = F.cross_entropy(lg[m], tgt[m]).item()
    acc = (lg.argmax(-1) == tgt)[m].float().mean().item()
ent = -(probs * probs.log()).sum().item()
print("METRIC cross_entropy", ce)
