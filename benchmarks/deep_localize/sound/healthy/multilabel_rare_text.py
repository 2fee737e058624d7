"""Multi-label tagging of bags of tokens with EmbeddingBag (offsets), 30 tags, most of them
rare (1 %), sparse gradients with SparseAdam for the table and Adam for the rest."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
V, TAGS, N = 1500, 30, 6000
trigger = torch.randperm(V)[: TAGS * 4].view(TAGS, 4)
rate = torch.logspace(-0.6, -2.0, TAGS)
lab = torch.rand(N, TAGS) < rate
docs = []
for i in range(N):
    words = torch.randint(0, V, (int(torch.randint(8, 25, (1,))),))
    hot = lab[i].nonzero().flatten()
    extra = trigger[hot, torch.randint(0, 4, (len(hot),))]
    docs.append(torch.cat([words, extra]))
# label follows from the words (a trigger present by chance counts too)
Y = torch.stack([torch.isin(trigger, d).any(1) for d in docs]).float()
print("positive share per tag: max %.3f min %.4f" % (Y.mean(0).max(), Y.mean(0).min()))


def collate(idx):
    sel = [docs[i] for i in idx.tolist()]
    off = torch.tensor([0] + [len(d) for d in sel[:-1]]).cumsum(0)
    return torch.cat(sel), off, Y[idx]


bag = nn.EmbeddingBag(V, 32, mode="sum", sparse=True)
nn.init.normal_(bag.weight, std=0.05)
head = nn.Linear(32, TAGS)
nn.init.constant_(head.bias, -4.0)
opts = [torch.optim.SparseAdam(list(bag.parameters()), lr=2e-2), torch.optim.Adam(head.parameters(), lr=1e-2)]
prev = Y[:5000].mean(0)
crit = nn.BCEWithLogitsLoss(pos_weight=((1 - prev) / prev).sqrt())

for ep in range(22):
    tot = 0
    for idx in torch.randperm(5000).split(64):
        w, o, t = collate(idx)
        loss = crit(head(bag(w, o)), t)
        for k in opts:
            k.zero_grad()
        loss.backward()
        for k in opts:
            k.step()
        tot += loss.item()
    if ep % 3 == 0:
        print(ep, tot / 79)
with torch.no_grad():
    w, o, t = collate(torch.arange(5000, N))
    p = head(bag(w, o)) > 0
    tp = (p & (t > 0)).sum().item()
    f1 = 2 * tp / (p.sum().item() + t.sum().item())
print("METRIC micro_f1", f1)
print("METRIC good", float(f1 > 0.6))
