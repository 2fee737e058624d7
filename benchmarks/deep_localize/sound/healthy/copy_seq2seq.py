"""Sequence reversal with an encoder-decoder GRU with attention, teacher forcing, padding."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

PAD, BOS, EOS, V = 0, 1, 2, 14


def sample(b, lo=3, hi=7):
    src = torch.full((b, hi), PAD)
    tgt = torch.full((b, hi + 2), PAD)
    for k in range(b):
        n = int(torch.randint(lo, hi + 1, (1,)))
        s = torch.randint(3, V, (n,))
        src[k, :n] = s
        tgt[k, 0] = BOS
        tgt[k, 1 : n + 1] = s.flip(0)
        tgt[k, n + 1] = EOS
    return src, tgt


class Seq2Seq(nn.Module):
    def __init__(self, d=64):
        super().__init__()
        self.emb = nn.Embedding(V, d, padding_idx=PAD)
        self.enc = nn.GRU(d, d // 2, bidirectional=True, batch_first=True)
        self.dec = nn.GRU(d, d, batch_first=True)
        self.q = nn.Linear(d, d, bias=False)
        self.head = nn.Sequential(nn.Linear(2 * d, d), nn.Tanh())
        self.bias = nn.Parameter(torch.zeros(V))

    def encode(self, src):
        lens = (src != PAD).sum(1)
        packed = nn.utils.rnn.pack_padded_sequence(self.emb(src), lens, batch_first=True, enforce_sorted=False)
        out, h = self.enc(packed)
        out, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=True, total_length=src.size(1))
        return out, torch.cat([h[0], h[1]], -1)[None]

    def step(self, mem, mask, inp, h):
        o, h = self.dec(self.emb(inp), h)
        a = self.q(o) @ mem.transpose(1, 2)
        a = a.masked_fill(mask[:, None], float("-inf")).softmax(-1)
        z = self.head(torch.cat([o, a @ mem], -1))
        return z @ self.emb.weight.T + self.bias, h

    def forward(self, src, inp):
        mem, h = self.encode(src)
        return self.step(mem, src == PAD, inp, h)[0]

    @torch.no_grad()
    def greedy(self, src, n):
        mem, h = self.encode(src)
        tok = torch.full((len(src), 1), BOS)
        out = []
        for _ in range(n):
            lg, h = self.step(mem, src == PAD, tok, h)
            tok = lg.argmax(-1)
            out.append(tok)
        return torch.cat(out, 1)


net = Seq2Seq()
with torch.no_grad():
    net.emb.weight.mul_(0.3)
crit = nn.CrossEntropyLoss(ignore_index=PAD)
opt = torch.optim.Adam(net.parameters(), lr=4e-3)
sched = torch.optim.lr_scheduler.OneCycleLR(opt, 6e-3, total_steps=350)
for it in range(350):
    src, tgt = sample(64)
    logits = net(src, tgt[:, :-1])
    loss = crit(logits.flatten(0, 1), tgt[:, 1:].flatten())
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 2.0)
    opt.step()
    sched.step()
    if it % 50 == 0:
        print(f"{it:4d} {loss.item():.3f}")

net.eval()
src, tgt = sample(300)
pred = net.greedy(src, tgt.size(1) - 1)
gold = tgt[:, 1:]
ok = ((pred == gold) | (gold == PAD)).all(1).float().mean().item()
print("METRIC exact_match", ok)
print("METRIC good", float(ok > 0.8))
