"""Small RLHF-like pipeline: a GRU language model is pretrained, then tuned by DPO against its frozen copy so that it favours
sequences with many rising steps. Two phases, two optimizers, a tiny second learning rate."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
V, L, BOS = 10, 10, 10


class LM(nn.Module):
    def __init__(self, d=48):
        super().__init__()
        self.emb = nn.Embedding(V + 1, 24)
        self.rnn = nn.GRU(24, d, batch_first=True)
        self.out = nn.Linear(d, V)

    def logprob(self, x):
        inp = torch.cat([torch.full((len(x), 1), BOS), x[:, :-1]], 1)
        h, _ = self.rnn(self.emb(inp))
        lp = self.out(h).log_softmax(-1)
        return lp.gather(-1, x.unsqueeze(-1)).squeeze(-1).sum(1)

    @torch.no_grad()
    def sample(self, n):
        tok, h, out = torch.full((n, 1), BOS), None, []
        for _ in range(L):
            o, h = self.rnn(self.emb(tok), h)
            tok = self.out(o[:, -1]).softmax(-1).multinomial(1)
            out.append(tok)
        return torch.cat(out, 1)


def corpus(n):
    """random walk around a ring, up or down by at most two"""
    step = torch.randint(-2, 3, (n, L))
    step[:, 0] = torch.randint(0, V, (n,))
    return step.cumsum(1) % V


def score(x):
    d = (x[:, 1:] - x[:, :-1]) % V
    return ((d == 1) | (d == 2)).float().mean(1)


def legal(x):
    d = (x[:, 1:] - x[:, :-1]) % V
    return ((d <= 2) | (d >= V - 2)).float().mean().item()


lm = LM()
opt = torch.optim.Adam(lm.parameters(), lr=5e-3)
for it in range(200):
    loss = -lm.logprob(corpus(64)).mean() / L
    opt.zero_grad()
    loss.backward()
    opt.step()
print("lm loss", loss.item(), "score", score(lm.sample(1000)).mean().item())
before = score(lm.sample(2000)).mean().item()

ref = copy.deepcopy(lm).requires_grad_(False)
a, b = ref.sample(3000), ref.sample(3000)
sa, sb = score(a), score(b)
keep = sa != sb
a, b, better = a[keep], b[keep], (sa > sb)[keep]
win = torch.where(better[:, None], a, b)
lose = torch.where(better[:, None], b, a)
with torch.no_grad():
    rw, rl = ref.logprob(win), ref.logprob(lose)
opt = torch.optim.RMSprop(lm.parameters(), lr=2e-4)
beta = 0.1
for it in range(200):
    i = torch.randint(len(win), (64,))
    margin = (lm.logprob(win[i]) - rw[i]) - (lm.logprob(lose[i]) - rl[i])
    loss = -F.logsigmoid(beta * margin).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 40 == 0:
        print(f"dpo {it} loss {loss.item():.4f} margin {margin.mean().item():.3f}")
x = lm.sample(2000)
after = score(x).mean().item()
print("before", round(before, 3), "legal steps", round(legal(x), 3))
print("METRIC rising_share", round(after, 4))
print("METRIC good", float(after > before + 0.25 and legal(x) > 0.85))
