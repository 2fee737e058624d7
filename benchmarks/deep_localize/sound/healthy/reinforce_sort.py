"""Plain REINFORCE without a learned baseline (reward minus batch mean): a pointer decoder learns to output
a set of numbers in ascending order. Masked softmax over items already taken."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
N = 5


class Pointer(nn.Module):
    def __init__(self, d=48):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(1, d), nn.ReLU(), nn.Linear(d, d))
        self.gru = nn.GRUCell(d, d)
        self.start = nn.Parameter(torch.zeros(d))
        self.wq = nn.Linear(d, d, bias=False)
        self.wk = nn.Linear(d, d, bias=False)

    def forward(self, x, sample=True):
        B, n = x.shape
        e = self.enc(x.unsqueeze(-1))
        k = self.wk(e)
        h = e.mean(1)
        inp = self.start.expand(B, -1)
        taken = torch.zeros(B, n, dtype=torch.bool)
        logp, order = torch.zeros(B), []
        for _ in range(n):
            h = self.gru(inp, h)
            s = 10 * torch.tanh((k * self.wq(h).unsqueeze(1)).sum(-1) / 7.0)
            lp = s.masked_fill(taken, float("-inf")).log_softmax(-1)
            a = lp.exp().multinomial(1) if sample else lp.argmax(-1, keepdim=True)
            logp = logp + lp.gather(1, a).squeeze(1)
            taken = taken.scatter(1, a, True)
            order.append(a)
            inp = e.gather(1, a.unsqueeze(-1).expand(-1, -1, e.size(-1))).squeeze(1)
        return torch.cat(order, 1), logp


def reward(x, order):
    y = x.gather(1, order)
    return (y[:, 1:] > y[:, :-1]).float().mean(1)


model = Pointer()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for it in range(400):
    x = torch.rand(128, N)
    order, logp = model(x)
    r = reward(x, order)
    loss = -((r - r.mean()) * logp).mean()
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    if it % 50 == 0:
        print(f"it {it} surrogate {loss.item():+.4f} reward {r.mean().item():.3f}")

with torch.no_grad():
    x = torch.rand(1000, N)
    acc = reward(x, model(x, sample=False)[0]).mean().item()
print("METRIC ordered_pairs", round(acc, 4))
print("METRIC good", float(acc > 0.85))
